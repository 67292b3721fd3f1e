import fc from 'fast-check'
import { sweep } from '../../src/gate/sweep.ts'
import { wrong } from '../support/doors.ts'
import { act, type Real, race } from './drive.ts'
import { liveCode, type Op, settle, type Tx, type World } from './rules.ts'

type Command = fc.AsyncCommand<World, Real>

const phones = ['+5511987650001', '+5511987650002'] as const
// How far from the newest: mostly the newest itself, so that lives become long.
const oneTx = fc.constantFrom(0, 0, 0, 1, 2, 3)
const maybeKey = fc.constantFrom(undefined, undefined, 'a')

/** A named command on one of the transactions that there are. */
function onTx(
  name: string,
  at: number,
  run: (world: World, real: Real, tx: Tx, index: number) => Promise<void>,
): Command {
  return {
    check: (world) => world.txs.length > 0,
    run: (world, real) => {
      const index = pick(world, at)
      return run(world, real, world.txs[index] as Tx, index)
    },
    toString: () => `${name}(${at})`,
  }
}

/** Whether something can still happen to it at all. */
const isBusy = ({ status }: Tx) => ['pending', 'approved', 'releasing'].includes(status)

/** Mostly one that is still alive: what comes to the others is soon known. */
function pick({ txs }: World, at: number): number {
  const alive = txs.flatMap((tx, i) => (isBusy(tx) ? [i] : []))
  const from = at < 2 && alive.length > 0 ? alive : txs.map((_, i) => i)
  return from.at(-1 - (at % from.length)) ?? 0
}

const create = fc
  .record({
    subject: fc.constantFrom('a', 'a', 'b'),
    phone: fc.constantFrom(...phones),
    send: fc.boolean(),
    expiresInS: fc.constantFrom(86_400, 86_400, 300),
    twice: fc.boolean(),
  })
  .map(
    (op): Command => ({
      check: (world) => world.txs.length < 3 || world.txs.every(({ status }) => status !== 'pending'),
      run: (world, real) => act(world, real, { do: 'create', ...op }),
      toString: () => `create(${JSON.stringify(op)})`,
    }),
  )

const simple = (what: 'challenge' | 'patch' | 'deny' | 'cancel' | 'release' | 'read') =>
  fc.tuple(oneTx, maybeKey).map(([at, key]) =>
    onTx(`${what}${key ?? ''}`, at, (world, real, _tx, tx) => {
      const keyed = what === 'challenge' || what === 'release' ? key : undefined
      return act(world, real, { do: what, tx }, keyed)
    }),
  )

/** Where a typed code comes from: the message, a slip, an earlier version, another transaction. */
const sources = {
  right: (world: World, tx: Tx) => liveCode(world, tx) ?? tx.code?.value ?? '000000',
  wrong: (_world: World, tx: Tx) => wrong(tx.code?.value ?? '000000'),
  old: (_world: World, tx: Tx) => tx.oldCodes.at(-1) ?? '000000',
  others: (world: World, tx: Tx) => world.txs.find((one) => one !== tx && one.code?.value)?.code?.value ?? '000000',
}

const check = (source: keyof typeof sources) =>
  fc
    .tuple(oneTx, maybeKey)
    .map(([at, key]) =>
      onTx(`check-${source}${key ?? ''}`, at, (world, real, tx, index) =>
        act(world, real, { do: 'check', tx: index, code: sources[source](world, tx) }, key),
      ),
    )

const acknowledge = (right: boolean) =>
  oneTx.map((at) =>
    onTx(right ? 'ack' : 'ack-other', at, (world, real, tx, index) => {
      const other = `rel_${'0'.repeat(32)}`
      return act(world, real, { do: 'ack', tx: index, releaseId: (right && tx.releaseId) || other })
    }),
  )

const advance = fc.constantFrom(29_000, 31_000, 95_000, 95_000, 95_000, 61_000, 600_000, 25 * 3_600_000).map(
  (ms): Command => ({
    check: () => true,
    async run(world, real) {
      real.doors.clock.advance(ms)
      world.now += ms
    },
    toString: () => `advance(${ms / 1000} s)`,
  }),
)

const sweeping = fc.constant<Command>({
  check: () => true,
  async run(world, real) {
    await sweep(real.doors.gate)
    for (const tx of world.txs) settle(world, tx)
  },
  toString: () => 'sweep',
})

/** Resends, each as soon as it is allowed for sure. */
const resend = fc.tuple(oneTx, fc.constantFrom(1, 1, 6)).map(([at, count]) =>
  onTx(`wait and resend ${count}x`, at, async (world, real, _tx, tx) => {
    for (let i = 0; i < count; i++) {
      real.doors.clock.advance(95_000)
      world.now += 95_000
      await act(world, real, { do: 'challenge', tx })
    }
  }),
)

/** What a worker does whose acknowledgement was not the last thing it said. */
const releaseTwice = oneTx.map((at) =>
  onTx('release, acknowledge, release again', at, async (world, real, tx, index) => {
    await act(world, real, { do: 'release', tx: index }, 'a')
    await act(world, real, { do: 'ack', tx: index, releaseId: tx.releaseId ?? 'rel_none' })
    await act(world, real, { do: 'release', tx: index }, 'a')
  }),
)

/** What another worker does when the first one died. */
const releaseAfterLease = oneTx.map((at) =>
  onTx('release, and after the lease again', at, async (world, real, _tx, index) => {
    await act(world, real, { do: 'release', tx: index })
    real.doors.clock.advance(61_000)
    world.now += 61_000
    await act(world, real, { do: 'release', tx: index })
  }),
)

/** What may come at the same instant for one transaction. */
const bursts: Record<string, (world: World, tx: Tx, index: number) => Op[]> = {
  'seven wrong codes': (world, tx, index) => times(7, checkOf(index, sources.wrong(world, tx))),
  'five wrong codes and the right one': (world, tx, index) => [
    ...times(5, checkOf(index, sources.wrong(world, tx))),
    checkOf(index, sources.right(world, tx)),
  ],
  'three right codes': (world, tx, index) => times(3, checkOf(index, sources.right(world, tx))),
  'approve and deny': (world, tx, index) => [checkOf(index, sources.right(world, tx)), { do: 'deny', tx: index }],
  'deny and approve': (world, tx, index) => [{ do: 'deny', tx: index }, checkOf(index, sources.right(world, tx))],
  'approve and cancel': (world, tx, index) => [checkOf(index, sources.right(world, tx)), { do: 'cancel', tx: index }],
  'deny and cancel': (_world, _tx, index) => [
    { do: 'deny', tx: index },
    { do: 'cancel', tx: index },
  ],
  'three releases': (_world, _tx, index) => times(3, { do: 'release', tx: index }),
  'three resends': (_world, _tx, index) => times(3, { do: 'challenge', tx: index }),
}

const burst = fc
  .tuple(oneTx, fc.constantFrom(...Object.keys(bursts)))
  .map(([at, name]) =>
    onTx(`at once: ${name}`, at, (world, real, tx, index) =>
      race(world, real, bursts[name]?.(world, tx, index) ?? [], index),
    ),
  )

/** Every command, the likelier ones named more often, so that runs come far into a transaction's life. */
export const commands = [
  create,
  create,
  simple('challenge'),
  simple('challenge'),
  check('right'),
  check('right'),
  check('wrong'),
  check('wrong'),
  check('wrong'),
  check('old'),
  check('others'),
  simple('patch'),
  fc.oneof(simple('deny'), simple('cancel')),
  simple('release'),
  simple('release'),
  acknowledge(true),
  releaseTwice,
  releaseAfterLease,
  acknowledge(false),
  simple('read'),
  advance,
  advance,
  advance,
  resend,
  resend,
  sweeping,
  burst,
  burst,
  burst,
]

function checkOf(tx: number, code: string): Op {
  return { do: 'check', tx, code }
}

function times(count: number, op: Op): Op[] {
  return Array.from({ length: count }, () => op)
}
