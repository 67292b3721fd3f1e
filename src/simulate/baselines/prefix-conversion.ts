import { dialOf } from '../countries.ts'
import { allowed, type PolicyFactory, type StartEvent } from '../policy.ts'
import { hour, minute } from '../time.ts'
import { policyOver, refused } from './policy-over.ts'

const maturesMs = 2 * minute
const windowMs = hour / 2
const blockMs = 12 * hour

interface Level {
  /** So many messages must have had their time. */
  sendsMin: number
  /** Below this share of entered codes the prefix is blocked. */
  conversionMin: number
}

/**
 * A destination prefix that converts badly is blocked for twelve hours. This is a reading of Twilio's public words about Fraud Guard, not
 * Twilio's model, and a generous one: codes count as lost after two minutes although they are good for ten. Applies to everybody.
 * Source: twilio.com/docs/verify/preventing-toll-fraud/sms-fraud-guard.
 */
export const prefixConversionStandard = prefixConversion('prefix-conversion (standard)', {
  sendsMin: 40,
  conversionMin: 0.15,
})
export const prefixConversionMax = prefixConversion('prefix-conversion (max)', { sendsMin: 12, conversionMin: 0.3 })

/** The destination prefix: the number without its last six digits, but at least three digits after the calling code. */
export function prefixOf(e164: string): string {
  const dial = dialOf(e164)
  return e164.slice(0, Math.max(e164.length - 6, dial.length + 3))
}

interface Send {
  at: number
  entered: boolean
  matured: boolean
  gone: boolean
}

interface Prefix {
  sends: Send[]
  first: number
  young: number
  matured: number
  entered: number
  blockedUntil: number
}

interface State {
  prefixes: Map<string, Prefix>
  open: Map<string, { prefix: string; send: Send }>
}

function prefixConversion(name: string, level: Level): PolicyFactory {
  return {
    name,
    create: () =>
      policyOver<State>(
        name,
        { prefixes: new Map(), open: new Map() },
        {
          start: (state, event) => start(state, event, level),
          check(state, event) {
            const found = event.correct ? state.open.get(event.id) : undefined
            if (!found) return
            state.open.delete(event.id)
            found.send.entered = true
            const prefix = state.prefixes.get(found.prefix)
            if (prefix && found.send.matured && !found.send.gone) prefix.entered += 1
          },
        },
      ),
  }
}

function start(state: State, event: StartEvent, level: Level) {
  const key = prefixOf(event.to)
  const prefix = state.prefixes.get(key) ?? emptyPrefix()
  state.prefixes.set(key, prefix)
  if (prefix.blockedUntil > event.t) return refused('block', 'prefix_blocked')
  age(prefix, event.t)
  if (prefix.matured >= level.sendsMin && prefix.entered / prefix.matured < level.conversionMin) {
    for (const send of prefix.sends) send.gone = true
    state.prefixes.set(key, { ...emptyPrefix(), blockedUntil: event.t + blockMs })
    return refused('block', 'prefix_conversion')
  }
  const send = { at: event.t, entered: false, matured: false, gone: false }
  prefix.sends.push(send)
  state.open.set(event.id, { prefix: key, send })
  return allowed
}

function age(prefix: Prefix, now: number): void {
  const { sends } = prefix
  for (; prefix.young < sends.length; prefix.young += 1) {
    const send = sends[prefix.young] as Send
    if (send.at > now - maturesMs) break
    send.matured = true
    prefix.matured += 1
    if (send.entered) prefix.entered += 1
  }
  for (; prefix.first < prefix.young; prefix.first += 1) {
    const send = sends[prefix.first] as Send
    if (send.at > now - windowMs) break
    send.gone = true
    prefix.matured -= 1
    if (send.entered) prefix.entered -= 1
  }
  if (prefix.first > 512 && prefix.first * 2 > sends.length) {
    prefix.sends = sends.slice(prefix.first)
    prefix.young -= prefix.first
    prefix.first = 0
  }
}

function emptyPrefix(): Prefix {
  return { sends: [], first: 0, young: 0, matured: 0, entered: 0, blockedUntil: 0 }
}
