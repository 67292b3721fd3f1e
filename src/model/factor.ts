/** The ways to prove oneself, by the names of the contract. */
export const factors = ['sms', 'whatsapp', 'call', 'email', 'totp', 'passkey'] as const
export type Factor = (typeof factors)[number]

/** How a code travels. */
export const channels = ['sms', 'whatsapp', 'call', 'email'] as const satisfies readonly Factor[]
export type Channel = (typeof channels)[number]

/** Whether this factor is a code that travels. */
export function isChannel(factor: Factor): factor is Channel {
  return factor !== 'totp' && factor !== 'passkey'
}

/** Whether this factor is a code that travels to a phone. */
export function isToPhone(factor: Factor): factor is Exclude<Channel, 'email'> {
  return factor === 'sms' || factor === 'whatsapp' || factor === 'call'
}

/** What a factor proves one to have. Two channels to one phone prove one thing twice. */
export type Element = 'phone' | 'email' | 'app' | 'passkey' | 'target'

/** The element that a factor proves, where it does not go to the address that is being enrolled. */
export function elementOf(factor: Factor): Exclude<Element, 'target'> {
  if (factor === 'email' || factor === 'passkey') return factor
  return factor === 'totp' ? 'app' : 'phone'
}
