import { getCountries } from 'libphonenumber-js/max'
import { lineTypes } from '../../lib/line-type.ts'
import type { Money } from '../../lib/money.ts'
import { channels } from '../../model/factor.ts'
import { locales } from '../../model/locale.ts'

/** What kind of value a signal has, which decides what it may be compared with. */
export type SignalType = 'boolean' | 'number' | 'usd' | 'duration' | 'money' | 'text' | 'country' | 'address' | 'phone'

/** A signal as the console lists it. */
export interface SignalSpec {
  type: SignalType
  /** One line for people. */
  doc: string
  /** Bounds of a number, both included. */
  min?: number
  max?: number
  whole?: true
  /** The only words that a text may be. */
  values?: readonly string[]
  /** A number that names something, so that lists and counts may go by it. */
  names?: true
}

/** Everything that a rule may ask about a request. A signal that nobody filled in is unknown. */
export const signals = {
  country: { type: 'country', doc: 'country of the number, ISO 3166' },
  ip_country: { type: 'country', doc: 'country of the address that asks, ISO 3166' },
  asn: { type: 'number', whole: true, min: 0, names: true, doc: 'network operator of the address that asks' },
  ip: { type: 'address', doc: 'address that asks, IPv4 or IPv6' },
  channel: { type: 'text', values: channels, doc: 'how the code would travel' },
  kind: { type: 'text', doc: 'kind of the transaction' },
  class: {
    type: 'number',
    whole: true,
    min: 0,
    max: 2,
    doc: '2 known number and device, 1 known number, 0 new number',
  },
  line_type: { type: 'text', values: lineTypes, doc: 'kind of line the number is; "unknown" where the plan is silent' },
  sim_changed: { type: 'duration', doc: 'time since the SIM was changed; without end if it never was' },
  call_forwarding: { type: 'boolean', doc: 'calls to the number are forwarded to another' },
  number_verified: { type: 'boolean', doc: 'the mobile network says that this device has this number' },
  pumping_score: {
    type: 'number',
    min: 0,
    max: 100,
    doc: "another service's score of how likely it is that the message earns a fraudster",
  },
  new_device: { type: 'boolean', doc: 'the device was never seen with this account' },
  new_country: { type: 'boolean', doc: 'the account never did anything from this country' },
  impossible_travel: { type: 'boolean', doc: 'the account was in another country less than two hours ago' },
  payee_new: { type: 'boolean', doc: 'nothing was paid to this payee by this account yet' },
  payee_used_elsewhere: { type: 'boolean', doc: 'the payee has the money of another account, and not of this one' },
  payee_document_differs: { type: 'boolean', doc: "the payee's tax id is not the account owner's" },
  contact_changed: { type: 'duration', doc: 'time since phone or e-mail was changed' },
  password_changed: { type: 'duration', doc: 'time since the password was changed' },
  account_age: { type: 'duration', doc: 'time since the account was made' },
  amount: { type: 'money', doc: 'amount of the transaction' },
  price: { type: 'usd', min: 0, doc: 'what the message costs, in USD' },
  decibans: { type: 'number', doc: 'sum of the evidence for theft; ten more is ten times as likely' },
  known_number: { type: 'boolean', doc: 'the number was verified before by this account' },
  known_device: { type: 'boolean', doc: 'the device was seen with this account before' },
  number: { type: 'phone', doc: 'number the code would go to, E.164' },
  hour: { type: 'number', whole: true, min: 0, max: 23, doc: 'hour of the day where the service is' },
  locale: { type: 'text', values: locales, doc: 'language the user is spoken to in' },
  subject: { type: 'text', doc: 'the account, as the caller names it' },
  outside_score: { type: 'number', min: 0, max: 1, doc: "another service's probability of fraud" },
} as const satisfies Record<string, SignalSpec>

export type SignalName = keyof typeof signals
export const signalNames = Object.keys(signals) as readonly SignalName[]

type ValueOf<Type extends SignalType> = Type extends 'boolean'
  ? boolean
  : Type extends 'number' | 'usd' | 'duration'
    ? number
    : Type extends 'money'
      ? Money
      : string

/** What is known of one request. Durations are in milliseconds, prices in USD, amounts in decimal strings. */
export type Signals = { [Name in SignalName]: ValueOf<(typeof signals)[Name]['type']> | undefined }

/** The entry of a signal, or undefined where there is none of that name. */
export function signalSpec(name: string): SignalSpec | undefined {
  return Object.hasOwn(signals, name) ? signals[name as SignalName] : undefined
}

/** Whether lists, counts and budgets may go by this signal: it names something. */
export function isNaming(spec: SignalSpec): boolean {
  return spec.names === true || ['text', 'country', 'address', 'phone'].includes(spec.type)
}

/** What `count` counts. */
export const countKinds = {
  sent: 'messages that were sent',
  entered: 'codes that were entered right',
  wrong: 'codes that were entered wrong',
  refused: 'messages that were not sent',
  started: 'transactions that were begun',
  approved: 'transactions that were approved',
} as const
export type CountKind = keyof typeof countKinds

/** ISO 3166 codes of the countries that have telephone numbers, and of those that only addresses may be in. */
export const countries: ReadonlySet<string> = new Set([...getCountries(), 'AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM'])

/** ISO 4217 codes. */
export const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
