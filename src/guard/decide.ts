import { canReceiveSms, type Phone } from '../lib/e164.ts'
import type { Channel } from '../model/factor.ts'

/** What a guard says of one message before it is sent, always with its reasons. */
export type Decision =
  | { action: 'allow'; reasons: string[] }
  | { action: 'block'; rule: 'country' | 'line_type'; reasons: string[] }

/** What operators set: whether refusals count or are only noted, and the countries that may be reached. */
export interface GuardRules {
  mode: 'enforce' | 'shadow' | 'off'
  /** ISO 3166 codes of the open destinations, or '*'. */
  countries: '*' | ReadonlySet<string>
}

/** May this message be sent? The first rule that says no decides; in shadow mode its reason is kept and the message goes. */
export function decide(rules: GuardRules, phone: Phone, channel: Channel): Decision {
  if (rules.mode === 'off') return { action: 'allow', reasons: [] }
  const blocked = countryClosed(rules, phone) ?? lineUnfit(phone, channel)
  if (!blocked) return { action: 'allow', reasons: [] }
  return rules.mode === 'shadow' ? { action: 'allow', reasons: blocked.reasons } : blocked
}

/** Where the guard notes what it would have refused. */
export interface GuardLog {
  warn(details: object, message: string): void
}

/** Writes down what a guard objected to, also when it let the message go. Users are told less: the log has the reason. */
export function logDecision(log: GuardLog, { action, reasons }: Decision, { country }: Phone): void {
  if (reasons.length === 0) return
  log.warn(
    { action, reasons, country },
    action === 'block' ? 'a message was not allowed' : 'a message would not be allowed',
  )
}

function countryClosed({ countries }: GuardRules, phone: Phone): Decision | undefined {
  if (countries === '*' || (phone.country && countries.has(phone.country))) return undefined
  return {
    action: 'block',
    rule: 'country',
    reasons: [`messages to ${phone.country ?? 'this destination'} are closed (AVAL_COUNTRIES)`],
  }
}

function lineUnfit(phone: Phone, channel: Channel): Decision | undefined {
  if (channel !== 'sms' || canReceiveSms(phone)) return undefined
  return {
    action: 'block',
    rule: 'line_type',
    reasons: [`a ${phone.type?.toLowerCase().replaceAll('_', ' ')} number takes no text messages`],
  }
}
