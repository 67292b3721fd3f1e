import type { Draw, Taken } from './buckets/draw.ts'
import type { KeyMaker, TakeRequest } from './decide-send.ts'
import type { CompiledRules } from './rules/compile.ts'
import type { Counts } from './rules/facts.ts'
import type { Signals } from './rules/signals.ts'

type Count = CompiledRules['counts'][number]

/** What is counted of messages; the other kinds of the language are of things that a message's guard does not see. */
const keptKinds: readonly string[] = ['sent', 'entered', 'refused']
/** A message counts as sent and, by its charge, as entered in one bucket; refused ones have another. */
type Kept = 'message' | 'refused'

/** The kinds that rules ask for and nobody counts. */
export function unkeptKinds(counts: readonly Count[]): string[] {
  return [...new Set(counts.map(({ kind }) => kind))].filter((kind) => !keptKinds.includes(kind))
}

/** Reads what rules count of these signals. A count fades over its time: at an even pace it is what the time holds. */
export function* readCounts(
  counts: readonly Count[],
  signals: Partial<Signals>,
  keyOf: KeyMaker,
): Generator<TakeRequest, Counts, Taken> {
  const asked = counts.flatMap((count) => {
    const draw = drawOf(count, count.kind === 'refused' ? 'refused' : 'message', signals, keyOf)
    return draw ? [{ count, draw }] : []
  })
  if (asked.length === 0) return () => undefined
  // One that always refuses: all or none give, so none does, and all are seen.
  const never: Draw = { ...(asked[0] as (typeof asked)[number]).draw, key: 'count|never', cost: 1, effect: 'refuse' }
  const { draws } = yield { asker: 0, draws: [...asked.map(({ draw }) => draw), never] }
  return (kind, key, windowMs) => {
    const at = asked.findIndex(({ count }) => count.kind === kind && count.key === key && count.windowMs === windowMs)
    const bucket = draws[at]?.bucket
    // Whole, as who writes a rule counts.
    return bucket && Math.round(kind === 'entered' ? bucket.entered : bucket.sent)
  }
}

/** What a message adds to the counts of rules, if it is sent, or if it is refused. */
export function countingDraws(
  counts: readonly Count[],
  kept: Kept,
  signals: Partial<Signals>,
  keyOf: KeyMaker,
): Draw[] {
  const draws = counts
    .filter(({ kind }) => (kind === 'refused') === (kept === 'refused'))
    .flatMap((count) => drawOf(count, kept, signals, keyOf) ?? [])
  return [...new Map(draws.map((draw) => [draw.key, draw])).values()]
}

function drawOf(
  { key: signal, windowMs }: Count,
  kept: Kept,
  signals: Partial<Signals>,
  keyOf: KeyMaker,
): Draw | undefined {
  const value = signals[signal]
  if (value === undefined) return undefined
  return {
    key: `count|${kept}|${windowMs}|${keyOf(`count ${signal}`, String(value))}`,
    scope: 'count',
    label: '',
    // Half is left after the time's natural half-life, so that the mean age of what counts is the time.
    rule: { base: 0, cap: 0, refillMs: windowMs, fadeMs: windowMs, memoryMs: windowMs * Math.LN2 },
    cost: 0,
    pay: 0,
    classes: 7,
    effect: 'count',
  }
}
