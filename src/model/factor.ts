/** The ways to prove oneself that the contract names. This release carries `sms`; the others answer factor_not_enrolled. */
export const factors = ['sms', 'whatsapp', 'call', 'email', 'totp', 'passkey'] as const
export type Factor = (typeof factors)[number]

/** How a code travels. */
export type Channel = 'sms' | 'whatsapp' | 'call' | 'email'
