import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { DecisionAction } from '../../model/decision.ts'
import type { SendRules } from '../decide-send.ts'
import { wordsOf } from '../reason.ts'
import { createReplay, type Replayed } from './replay.ts'
import { BadTrace, readEvent } from './trace.ts'

/** What a replay came to, in words of the decisions. USD with four decimals. */
export interface ReplaySummary {
  starts: number
  actions: Record<DecisionAction, number>
  /** Starts that were allowed and whose code was entered. */
  entered: number
  spent_usd: number
  /** The price of what was not sent. */
  saved_usd: number
  /** By the first reason of each that was not allowed. */
  reasons: Record<string, number>
  countries: Record<string, { starts: number; allowed: number; entered: number; spent_usd: number; saved_usd: number }>
}

/**
 * Runs a trace (JSON lines, in order of time) through a guard and gives each decision to `tell`, then the summary. Throws BadTrace for a
 * line that is no event or comes before the last one's time; nothing is changed anywhere.
 */
export async function replayFile(
  path: string,
  rules: SendRules,
  tell: (line: { id: string; t: number; action: DecisionAction; reasons: object[] }) => Promise<void>,
): Promise<ReplaySummary> {
  const replay = createReplay(rules)
  const summary = createSummary()
  let line = 0
  let last = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    const event = readEvent(text, line)
    if (!event) continue
    if (event.t < last) throw new BadTrace(line, 'comes before the line above it: sort it by t')
    last = event.t
    if (event.type === 'start') {
      const decided = replay.start(event)
      summary.started(event.id, decided)
      const { id, t } = event
      const reasons = decided.reasons.map((reason) => ({ ...reason, text: wordsOf(reason) }))
      await tell({ id, t, action: decided.action, reasons })
    } else if (event.type === 'check') {
      if (event.correct) summary.entered(event.id)
      replay.check(event)
    } else replay.delivered(event)
  }
  return summary.read()
}

function createSummary() {
  const actions: Record<DecisionAction, number> = { allow: 0, wait: 0, challenge: 0, divert: 0, hold: 0, block: 0 }
  const reasons: Record<string, number> = {}
  const countries: Record<string, { starts: number; allowed: number; entered: number; spent: number; saved: number }> =
    {}
  const waiting = new Map<string, string>()
  let [starts, entered, spent, saved] = [0, 0, 0, 0]
  return {
    started(id: string, { action, reasons: why, priceMicros, country }: Replayed) {
      starts += 1
      actions[action] += 1
      countries[country] ??= { starts: 0, allowed: 0, entered: 0, spent: 0, saved: 0 }
      const here = countries[country]
      here.starts += 1
      if (action === 'allow') {
        here.allowed += 1
        here.spent += priceMicros
        spent += priceMicros
        waiting.set(id, country)
        return
      }
      here.saved += priceMicros
      saved += priceMicros
      const [first] = why
      const name = first?.code === 'bucket_empty' ? `bucket_empty:${first.scope}` : (first?.code ?? 'none')
      reasons[name] = (reasons[name] ?? 0) + 1
    },
    entered(id: string) {
      const country = waiting.get(id)
      if (country === undefined || !waiting.delete(id)) return
      entered += 1
      const here = countries[country]
      if (here) here.entered += 1
    },
    read(): ReplaySummary {
      const usd = (micros: number) => Math.round(micros / 100) / 1e4
      return {
        starts,
        actions,
        entered,
        spent_usd: usd(spent),
        saved_usd: usd(saved),
        reasons,
        countries: Object.fromEntries(
          Object.entries(countries).map(([name, { spent: paid, saved: kept, ...counts }]) => [
            name,
            { ...counts, spent_usd: usd(paid), saved_usd: usd(kept) },
          ]),
        ),
      }
    },
  }
}
