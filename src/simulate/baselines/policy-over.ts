import { networkOf } from '../../lib/ip.ts'
import type { CheckEvent, SendDecision, SendPolicy, StartEvent } from '../policy.ts'

/** The rules of a baseline over a state of plain values, Maps and arrays. */
export interface Rules<State> {
  start(state: State, event: StartEvent): SendDecision
  check?(state: State, event: CheckEvent): void
  mayCheck?(state: State, event: CheckEvent): boolean
}

/** A policy whose whole state is one plain value, so that it can be copied. */
export function policyOver<State>(name: string, initial: State, rules: Rules<State>): SendPolicy {
  let state = initial
  const { mayCheck } = rules
  return {
    name,
    start: (event) => rules.start(state, event),
    check: (event) => rules.check?.(state, event),
    delivered: () => undefined,
    ...(mayCheck ? { mayCheck: (event) => mayCheck(state, event) } : {}),
    snapshot: () => structuredClone(state),
    restore(snapshot) {
      state = structuredClone(snapshot) as State
    },
  }
}

/** Says no, with the rule's name. */
export function refused(action: 'divert' | 'wait' | 'block', reason: string): SendDecision {
  return { action, reasons: [reason] }
}

/** The network that limits count by, as `networkOf` gives it; quick where an address needs no reading. */
export function sourceOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const groups = ip.split(':')
  return groups.length === 8 && !ip.includes('::') && !ip.includes('.')
    ? `${groups.slice(0, 4).join(':')}::/64`
    : networkOf(ip)
}
