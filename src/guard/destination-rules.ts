import { canReceiveSms, type Phone } from '../lib/e164.ts'
import type { Reason } from '../model/decision.ts'
import type { Channel } from '../model/factor.ts'

/** What operators set: whether refusals count or are only noted, and the countries that may be reached. */
export interface DestinationRules {
  mode: 'enforce' | 'shadow' | 'off'
  /** The open destinations. */
  countries: Countries
  /** The same for single channels, in place of `countries`. */
  byChannel?: Partial<Record<Channel, Countries>> | undefined
}

/** ISO 3166 codes, or all. */
export type Countries = '*' | ReadonlySet<string>

/** Why no message of this kind may go to this number; undefined where one may. */
export function destinationRefusal(rules: DestinationRules, phone: Phone, channel: Channel): Reason | undefined {
  const countries = rules.byChannel?.[channel] ?? rules.countries
  if (countries !== '*' && !(phone.country && countries.has(phone.country)))
    return { code: 'country_closed', country: phone.country ?? 'ZZ' }
  if (channel !== 'sms' || canReceiveSms(phone)) return undefined
  return { code: 'line_unfit', type: phone.type?.toLowerCase().replaceAll('_', ' ') ?? 'unknown' }
}

/** Whether a message may go to this number, as far as its country and its line say. */
export function mayReach(rules: DestinationRules, phone: Phone, channel: Channel): boolean {
  return rules.mode !== 'enforce' || destinationRefusal(rules, phone, channel) === undefined
}
