import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TurnableClock } from '../../src/lib/clock.ts'
import type { Db, Statement } from '../../src/store/db.ts'
import { type Doors, type Json, openDoors } from '../support/doors.ts'
import { apply, type Op, type Told, type Tx, view, type World } from './rules.ts'

/** The program under test. While `hurry.on`, reads of the store take uneven turns, so that requests overtake each other. */
export interface Real {
  doors: Doors
  hurry: { on: boolean }
  run: number
}

interface Answer {
  status: number
  body: Json
  text: string
}

let runs = 0

/** Opens the doors on a store, with a clock that only the test turns. */
export async function openReal(db: Db): Promise<Omit<Real, 'run'>> {
  let now = Date.UTC(2031, 4, 5, 12)
  const clock: TurnableClock = {
    now: () => now,
    advance(ms) {
      now += ms
    },
    offsetMs: 0,
  }
  const hurry = { on: false }
  let chance = 1
  async function read<Row>(statement: Statement<Row>): Promise<Row[]> {
    const rows = await db.read(statement)
    chance = (Math.imul(chance, 1_103_515_245) + 12_345) >>> 0
    for (let turns = hurry.on ? (chance >>> 16) % 4 : 0; turns > 0; turns--) await nextTurn()
    return rows
  }
  return { doors: await openDoors({ ...db, read }, { clock }), hurry }
}

/** A world without transactions, at the time of these doors. Subjects and phones of one run are its own. */
export function newWorld(opened: Omit<Real, 'run'>): { model: World; real: Real } {
  return {
    model: { now: opened.doors.clock.now(), txs: [], contacts: {}, kept: {}, payloads: 0 },
    real: { ...opened, run: ++runs },
  }
}

/** Does one operation to both, and fails where the program tells or sends anything else than the rules. */
export async function act(world: World, real: Real, op: Op, key?: string): Promise<void> {
  const sentBefore = real.doors.sent.length
  const name =
    key === undefined
      ? undefined
      : createHash('sha1')
          .update(JSON.stringify([real.run, op, key]))
          .digest('hex')
  const kept = name === undefined ? undefined : world.kept[name]
  const repeats = kept !== undefined && kept.until > world.now
  const sends = sendsOf(world)
  const next = world.payloads + 1

  if (repeats && kept.text !== '') {
    const again = await call(world, real, op, next, name)
    assert.equal(again.text, kept.text, 'a repeated request is answered otherwise')
    assert.equal(real.doors.sent.length, sentBefore, 'a repeated request sent something')
    return
  }
  const told = apply(world, op)
  const answer = await call(world, real, op, next, name)
  compareTold(op, told, answer)
  const tx = op.do === 'create' ? world.txs.at(-1) : world.txs[op.tx]
  if (op.do === 'create' && tx && told.status === 201) tx.id = answer.body.id
  if (tx) learnCode(real, tx, sentBefore, sendsOf(world) - sends)
  if (told.status >= 300) return
  if (op.do === 'create' && op.twice) await createAgain(world, real, op, next, answer.text)
  if (op.do === 'release' && tx) compareRelease(tx, answer.body)
  else if (tx) assert.deepEqual(shown(answer.body), view(world, tx), `${op.do} shows another state`)
  if (name !== undefined && !repeats && tx) {
    world.kept[name] = { until: world.now + 86_400_000, text: answer.text, tx: world.txs.indexOf(tx) }
  }
}

/** Does several operations on one transaction at once; some order of them must explain all answers and the state afterwards. */
export async function race(world: World, real: Real, ops: Op[], index: number): Promise<void> {
  const sentBefore = real.doors.sent.length
  const next = world.payloads + 1
  real.hurry.on = true
  const answers = await Promise.all(ops.map((op) => call(world, real, op, next)))
  real.hurry.on = false
  const sends = sendsOf(world)
  const after = explain(world, ops, answers)
  assert.ok(
    after,
    `no order explains ${JSON.stringify(ops.map((op, i) => [op.do, answers[i]?.status, answers[i]?.body.code]))}`,
  )
  Object.assign(world, after)
  const tx = world.txs[index] as Tx
  learnCode(real, tx, sentBefore, sendsOf(world) - sends)
  for (const [i, op] of ops.entries()) {
    if (op.do === 'release' && answers[i]?.status === 200) compareRelease(tx, answers[i].body)
  }
  await act(world, real, { do: 'read', tx: index })
}

/** At the end of a run: every transaction stands as the rules say, and so does its history. */
export async function compareAll(world: World, real: Real): Promise<void> {
  for (const [i, tx] of world.txs.entries()) {
    await act(world, real, { do: 'read', tx: i })
    const events = await real.doors.v1('GET', `/transactions/${tx.id}/events`)
    assert.deepEqual(
      events.body.data.map((one: { type: string }) => one.type),
      tx.events,
    )
  }
}

function explain(world: World, ops: Op[], answers: Answer[]): World | undefined {
  if (ops.length === 0) return world
  for (const [i, op] of ops.entries()) {
    const tried = structuredClone(world)
    const told = apply(tried, op)
    if (!same(told, answers[i] as Answer)) continue
    const rest = (_: unknown, at: number) => at !== i
    const found = explain(tried, ops.filter(rest), answers.filter(rest))
    if (found) return found
  }
  return undefined
}

function same(told: Told, { status, body }: Answer): boolean {
  return told.status === status && (told.code === undefined || told.code === body.code)
}

async function call(world: World, real: Real, op: Op, payload: number, key?: string): Promise<Answer> {
  const { v1 } = real.doors
  const more = key === undefined ? {} : { headers: { 'idempotency-key': key } }
  if (op.do === 'create') {
    const body = {
      kind: 'model.change',
      subject: `s${process.pid}-${real.run}-${op.subject}`,
      contact: { phone: op.phone },
      summary: { payee: 'Aurora Eventos Ltda' },
      payload: { n: payload },
      expires_in: op.expiresInS,
      ...(op.send && { factor: 'sms' }),
    }
    return v1('POST', '/transactions', body, { headers: { 'idempotency-key': `create-${real.run}-${payload}` } })
  }
  const at = `/transactions/${world.txs[op.tx]?.id}`
  switch (op.do) {
    case 'read':
      return v1('GET', at)
    case 'patch':
      return v1('PATCH', at, { payload: { n: payload } })
    case 'challenge':
      return v1('POST', `${at}/challenges`, { factor: 'sms' }, more)
    case 'check':
      return v1('POST', `${at}/checks`, { code: op.code }, more)
    case 'ack':
      return v1('POST', `${at}/release/ack`, { release_id: op.releaseId }, more)
    default:
      return v1('POST', `${at}/${op.do}`, undefined, more)
  }
}

function compareTold(op: Op, told: Told, { status, body, text }: Answer): void {
  assert.deepEqual(
    { status, code: told.code && body.code },
    { status: told.status, code: told.code },
    `${op.do}: ${text}`,
  )
}

function compareRelease(tx: Tx, body: Json): void {
  assert.deepEqual(body.payload, { n: tx.payload }, 'another payload was released than was approved')
  tx.releaseId ??= body.release_id
  assert.equal(body.release_id, tx.releaseId, 'a transaction has two release ids')
}

async function createAgain(world: World, real: Real, op: Op, payload: number, text: string): Promise<void> {
  const sentBefore = real.doors.sent.length
  const again = await call(world, real, op, payload)
  assert.equal(again.text, text, 'a request that came twice made two transactions')
  assert.equal(real.doors.sent.length, sentBefore, 'a request that came twice sent two codes')
}

function sendsOf(world: World): number {
  return world.txs.reduce((sum, tx) => sum + tx.sends, 0)
}

function learnCode(real: Real, tx: Tx, sentBefore: number, charged: number): void {
  const messages = real.doors.sent.slice(sentBefore)
  assert.equal(messages.length, charged, 'messages and charged sends differ')
  for (const { to, code } of messages) {
    assert.equal(to, tx.phone, 'a code went to another phone')
    assert.ok(tx.code, 'a code was sent that nobody asked for')
    tx.code.value ??= code
    assert.equal(code, tx.code.value, 'a resend brought another code')
  }
}

function shown(body: Json) {
  const { type, sends_left, checks_left } = body.next_action
  return { id: body.id, status: body.status, version: body.version, next_action: { type, sends_left, checks_left } }
}
