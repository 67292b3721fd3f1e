import type { Reason } from '../model/decision.ts'
import { moneyScopes } from './buckets/scopes.ts'

const scopeWords: Record<string, string> = {
  ip: 'this address',
  net: 'this network',
  num: 'this recipient',
  own: 'this recipient, on a device of its own,',
  block: 'this block of numbers',
  newdev: 'known numbers on new devices',
  'home-': 'strangers at home whose network has entered no code lately',
  'home+': 'strangers at home whose network has entered codes lately',
  country: 'this country',
  abroad: 'all other countries together',
  growth: 'the growth of this country',
}

const proofWords: Record<Extract<Reason, { code: 'challenge' }>['proof'], string> = {
  asked: 'nothing but what others share holds it up: a proof of work by its browser lets it pass',
  done: 'its browser did a proof of work, so what others share did not hold it up',
  used_before: 'its proof of work was used before',
  too_many: 'its network did five proofs of work in an hour, which is the most',
}

/** A reason in words, for operators. Users are told only that another way is needed. */
export function wordsOf(reason: Reason): string {
  switch (reason.code) {
    case 'country_closed':
      return `messages to ${reason.country} are closed (AVAL_COUNTRIES)`
    case 'line_unfit':
      return `a ${reason.type} number takes no text messages`
    case 'listed':
      return `${reason.kind} ${reason.label} is on the ${reason.list} list${reason.note ? ` (${reason.note})` : ''}`
    case 'rule':
      return `${reason.shadow ? 'shadow ' : ''}rule ${reason.line}: ${reason.rule}`
    case 'safe_listed':
      return 'the number is on the safe list: no guard holds it up'
    case 'waived':
      return 'the caller asked for no check of this message (RiskCheck)'
    case 'outside':
      return reason.answer === 'facts'
        ? `${reason.source} said${reason.said.length > 0 ? `: ${reason.said.join('; ')}` : ' what it knows'}`
        : `${reason.source} is unknown (${reason.why ?? 'not_known'})`
    case 'pumping_score':
      return `an outside system gives the message a pumping score of ${reason.score} of 100`
    case 'challenge':
      return proofWords[reason.proof]
    case 'bucket_empty':
      return reason.scope === 'cap' ? capWords(reason) : emptyWords(reason)
  }
}

function emptyWords(reason: Extract<Reason, { code: 'bucket_empty' }>): string {
  const { scope, label, sent, entered, balance, base, cost, next_in_s } = reason
  const name = `${scopeWords[scope] ?? scope}${label ? ` (${label})` : ''}`
  const holds = moneyScopes.has(scope)
    ? `it has USD ${fixed(Math.max(0, balance))} of ${fixed(base)} left, and a message costs ${fixed(cost)}`
    : `it has ${fixed(Math.max(0, balance))} of ${fixed(base)} messages left`
  const next = next_in_s === null ? 'none comes back by itself' : `the next in ${spanOf(next_in_s)}`
  return `${name} has sent ${Math.round(sent)} codes lately, ${Math.round(entered)} of them entered; ${holds}, ${next}`
}

function capWords({ label, balance, base, cost }: Extract<Reason, { code: 'bucket_empty' }>): string {
  const left = fixed(Math.max(0, balance))
  return `the cap of ${label} is spent: USD ${left} of ${fixed(base)} are left, and a message costs ${fixed(cost)}`
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function spanOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
