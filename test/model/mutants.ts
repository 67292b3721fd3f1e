import type { Db, Statement, Unit, Value } from '../../src/store/db.ts'

/** A seeded bug: fragments of the program's SQL and what stands there instead. Parameters are written {0}, {1}, in their order. */
export interface Mutant {
  name: string
  changes: [from: string | RegExp, to: string][]
}

/** Bugs that people have shipped, each as a change of the statements that reach the store. The model test must find every one. */
export const mutants: Mutant[] = [
  { name: 'a resend gives new tries', changes: [['set sends = sends + 1', 'set sends = sends + 1, checks = 0']] },
  {
    name: 'an edit gives new tries',
    changes: [['set version = version + 1', 'set version = version + 1, checks = 0']],
  },
  {
    name: 'an edit gives new sends',
    changes: [['set version = version + 1', 'set version = version + 1, sends = 0, last_sent_at = null']],
  },
  {
    name: 'an edit keeps the old code alive',
    changes: [
      [/set version = version \+ 1, digest = \{0\}, summary = \{1\}, sealed = \{2\},/, 'set summary = {1},'],
      [/(update challenges set open) = 0, code_seed = '', code_mac = ''/, '$1 = open'],
    ],
  },
  { name: 'an edit leaves the sealed payload as it was', changes: [[/sealed = \{2\},(\s+assurance)/, '$1']] },
  {
    name: 'an expired code is accepted',
    changes: [
      [/and open = 1 and expires_at > \{\d+\} and code_mac <> ''/, "and open = 1 and code_mac <> ''"],
      [
        'select * from challenges where transaction_id',
        'select id, transaction_id, version, channel, address_ref, key_id, code_seed, code_mac, verification_sid, open, created_at, sent_at, expires_at + 3600000 as expires_at from challenges where transaction_id',
      ],
    ],
  },
  {
    name: 'any code approves',
    changes: [[/code_mac in \(\{\d+\}, \{\d+\}, \{\d+\}\)/, 'code_mac is not null']],
  },
  { name: 'a wrong code is not counted', changes: [['set checks = checks + case', 'set checks = checks + 0 * case']] },
  {
    name: 'a sixth try is answered',
    changes: [
      [/checks \+ 1 >= \{\d+\}/g, 'checks + 1 >= 6'],
      [/checks < \{\d+\}/, 'checks < 6'],
      [/checks >= \{\d+\}/, 'checks >= 6'],
    ],
  },
  {
    name: 'five wrong codes do not lock',
    changes: [
      [/checks \+ 1 >= \{\d+\}/g, 'checks + 1 >= 99'],
      [/checks >= \{\d+\}/, 'checks >= 99'],
    ],
  },
  {
    name: 'a right code takes the lock away',
    changes: [
      [/and status = 'pending' and expires_at > \{\d+\} and checks < \{\d+\}/, "and status in ('pending', 'locked')"],
      [/(update challenges set open) = 0, code_seed = '', code_mac = ''/, '$1 = open'],
    ],
  },
  { name: 'more than five sends', changes: [[/and sends < \{\d+\}/, '']] },
  {
    name: 'sends do not cool down',
    changes: [[/and \(last_sent_at is null or last_sent_at <= \{\d+\}\)/, '']],
  },
  {
    name: 'deny after approval',
    changes: [[/(set status = \{0\}[\s\S]+?)status = 'pending' and/, "$1status in ('pending', 'approved') and"]],
  },
  {
    name: 'an approval expires',
    changes: [[/status = 'pending'(?= and expires_at <= |\n {4}returning)/g, "status in ('pending', 'approved')"]],
  },
  {
    name: 'release without approval',
    changes: [
      ["set status = 'releasing',", "set status = 'releasing', approved_at = coalesce(approved_at, created_at),"],
      [
        "(status = 'approved' and approved_at + hold_ms",
        "(status in ('approved', 'pending') and coalesce(approved_at, 0) + hold_ms",
      ],
    ],
  },
  { name: 'two releases under one lease', changes: [[/lease_expires_at <= \{\d+\}/, 'lease_expires_at is not null']] },
  { name: 'each release has another id', changes: [['coalesce(release_id, {0})', '{0}']] },
  { name: 'a release that nobody can repeat', changes: [[/or \(status = 'releasing' and [^)]+\)/, '']] },
  { name: 'any id acknowledges', changes: [[/and release_id = \{\d+\}/, '']] },
  {
    name: 'a released payload stays in the stored answers',
    changes: [['set answer = null where transaction_id = {0}', 'set answer = answer where transaction_id = {0}']],
  },
  {
    name: 'a repeated request runs twice',
    changes: [[/where idempotency_keys\.expires_at <= [\s\S]+(?=returning)/, '']],
  },
  {
    name: 'a second phone is approved beside the first',
    changes: [
      ["and status = 'pending' and enrolls = 1 and coalesce", "and status = 'none' and enrolls = 1 and coalesce"],
      [/and \(enrolls = 0 or not exists [\s\S]+?email_ref\)\)\)/, ''],
    ],
  },
  {
    name: 'an approval without its audit event',
    changes: [[/'transaction\.approved'(?=\s+when)/, "'transaction.checked'"]],
  },
]

const marker = /\{(\d+)\}/

/** The same store with a bug in it. `applied` counts the kinds of statements that were changed. */
export function mutate(db: Db, { changes }: Mutant): { db: Db; applied(): number } {
  const known = new WeakMap<TemplateStringsArray, { shape: TemplateStringsArray; order: number[] }>()
  let applied = 0

  function changed<Row>(statement: Statement<Row>): Statement<Row> {
    let found = known.get(statement.shape)
    if (!found) {
      const text = statement.shape.reduce((joined, part, i) => `${joined}{${i - 1}}${part}`)
      const after = changes.reduce((sofar, [from, to]) => sofar.replace(from, to), text)
      if (after !== text) applied++
      const parts = after.split(marker)
      const shape = parts.filter((_, i) => i % 2 === 0)
      const order = parts.filter((_, i) => i % 2 === 1).map(Number)
      found = { shape: Object.assign(shape, { raw: shape }) as unknown as TemplateStringsArray, order }
      known.set(statement.shape, found)
    }
    return { shape: found.shape, values: found.order.map((i) => statement.values[i] as Value) }
  }

  function* changedUnit<T>(steps: () => Unit<T>): Unit<T> {
    const unit = steps()
    let step = unit.next([])
    while (!step.done) step = unit.next((yield changed(step.value)) as unknown[])
    return step.value
  }

  return {
    db: {
      ...db,
      read: (statement) => db.read(changed(statement)),
      write: (statement) => db.write(changed(statement)),
      unit: (steps) => db.unit(() => changedUnit(steps)),
    },
    applied: () => applied,
  }
}
