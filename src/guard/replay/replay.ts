import { type Phone, recordedPhone } from '../../lib/e164.ts'
import type { DecisionAction, Reason } from '../../model/decision.ts'
import { type Conditions, conditionsOf } from '../buckets/conditions.ts'
import type { AskerClass } from '../buckets/draw.ts'
import type { Charge } from '../buckets/ledger.ts'
import { createMemoryLedger, type MemorySnapshot } from '../buckets/memory-ledger.ts'
import { plain } from '../buckets/scopes.ts'
import { decideSend, type SendRules } from '../decide-send.ts'
import { countedRecipient } from '../limit-keys.ts'
import { prepareLists } from '../lists.ts'
import type { TraceCheck, TraceDelivery, TraceStart } from './trace.ts'

/** The answer to one start of a trace. */
export interface Replayed {
  action: DecisionAction
  reasons: Reason[]
  priceMicros: number
  country: string
  asker: AskerClass
}

/** A guard over a trace: the very steps of production, with buckets in memory and the time of the events. */
export interface Replay {
  start(event: TraceStart): Replayed
  /** Tries at a start that was not allowed, or that is unknown, never happened. */
  check(event: TraceCheck): void
  delivered(event: TraceDelivery): void
  /** Where it stands, for another replay to go on from. */
  snapshot(): ReplaySnapshot
}

/** Where a replay stands. Nothing in it changes. */
export interface ReplaySnapshot {
  ledger: MemorySnapshot
  known: ReadonlySet<string>
  sent: ReadonlyMap<string, Sent>
}

interface Sent {
  charges: Charge[]
  usd: number
  readonly entered: boolean
  names: string[]
}

const noLists = prepareLists([])

/** A replay from empty buckets, or from where another stood. `phoneOf` may know numbers faster than the numbering plan does. */
export function createReplay(
  rules: SendRules,
  { phoneOf = recordedPhone, from }: { phoneOf?: (to: string) => Phone | undefined; from?: ReplaySnapshot } = {},
): Replay {
  const ledger = createMemoryLedger(from?.ledger)
  const known = new Set(from?.known)
  const sent = new Map(from?.sent)

  function conditionsAt(at: number) {
    const bucket = (scope: 'stat' | 'control', family: string, of: string) =>
      ledger.read(plain(scope, family, of).key, at)
    return (country: string, family: string): Conditions =>
      conditionsOf(
        bucket('stat', family, country),
        country === 'abroad' ? undefined : bucket('control', family, country),
      )
  }

  function askerOf(event: TraceStart, number: string, device: string): AskerClass {
    if (!(event.known_number ?? known.has(number))) return 0
    if (event.device == null && event.known_device == null) return 2
    return (event.known_device ?? known.has(device)) ? 2 : 1
  }

  return {
    start(event) {
      const { t, id, to, channel } = event
      const recipient = countedRecipient(to)
      const names = [recipient, `${recipient}\n${event.device}`] as const
      const phone = to.includes('@') ? undefined : phoneOf(to)
      if (!phone && channel !== 'email')
        return {
          action: 'block',
          reasons: [{ code: 'line_unfit', type: 'invalid' }],
          priceMicros: 0,
          country: 'ZZ',
          asker: 0,
        }
      const ask = {
        to,
        phone,
        channel,
        ip: event.ip ?? undefined,
        anySource: true,
        facts: { ip_country: event.ip_country ?? undefined, subject: event.subject ?? undefined },
        asker: askerOf(event, ...names),
        priceMicros: event.price == null ? undefined : Math.round(event.price * 1e6),
      }
      const steps = decideSend(
        { rules, lists: noLists },
        (scope, value) => `${scope}|${value}`,
        conditionsAt(t),
        ask,
        t,
      )
      let step = steps.next()
      while (!step.done) {
        const { asker, draws } = step.value
        step = steps.next(ledger.take(asker as AskerClass, draws, t))
      }
      const { action, enforced, reasons, priceMicros, country, charges, asker } = step.value
      const answer = enforced ? action : 'allow'
      if (answer === 'allow')
        sent.set(id, {
          charges,
          usd: priceMicros / 1e6,
          entered: false,
          names: event.device == null ? [names[0]] : [...names],
        })
      return { action: answer, reasons, priceMicros, country, asker }
    },
    check({ t, id, correct }) {
      const message = sent.get(id)
      if (!message || message.entered || !correct) return
      sent.set(id, { ...message, entered: true })
      ledger.enter(message.charges, message.usd, t)
      for (const name of message.names) known.add(name)
    },
    delivered() {},
    snapshot: () => ({ ledger: ledger.snapshot(), known: new Set(known), sent: new Map(sent) }),
  }
}
