/** Somebody asks for a code. Times are milliseconds since the world began, which is midnight at home. */
export interface StartEvent {
  t: number
  type: 'start'
  id: string
  /** E.164. */
  to: string
  channel: 'sms' | 'call' | 'whatsapp'
  ip: string
  /** ISO 3166, as a geolocation of the address would say. */
  ip_country?: string
  /** A first-party cookie that came back; absent where none did. */
  device?: string
  /** The account, where somebody is signed in. */
  subject?: string
  /** The number was verified before by this account. */
  known_number: boolean
  /** The device was seen before with this number. */
  known_device: boolean
  /** What the message costs, in USD. */
  price: number
  /** The asker has just solved the puzzle of an answer `challenge`. */
  challenge_solved?: boolean
}

/** Somebody enters a code. `correct` says how it will come out, which a policy may use in `check`, never in `mayCheck`. */
export interface CheckEvent {
  t: number
  type: 'check'
  id: string
  correct: boolean
}

/** The carrier reports. Nothing comes where it says nothing. */
export interface DeliveredEvent {
  t: number
  type: 'delivered' | 'undelivered'
  id: string
}

export type SimulatedEvent = StartEvent | CheckEvent | DeliveredEvent

/**
 * What becomes of a message: sent, moved to a channel that pays nobody, put off, sent once a puzzle is solved, refused,
 * or kept back for a person to look at. Only `allow` costs money.
 */
export type SendAction = 'allow' | 'divert' | 'wait' | 'challenge' | 'block' | 'hold'

export interface SendDecision {
  action: SendAction
  reasons: readonly unknown[]
}

/**
 * The guard under test. It sees events in the order of their time, and no event of a start that it did not allow.
 * An object is its own: it may keep the events that it is given.
 */
export interface SendPolicy {
  name: string
  start(event: StartEvent): SendDecision
  check(event: CheckEvent): void
  delivered(event: DeliveredEvent): void
  /** Whether the guess is looked at. One that is not never reaches `check`. Without it, every guess is. */
  mayCheck?(event: CheckEvent): boolean
  /** A copy of the whole state, for `restore` of another instance. Without both, each campaign replays the days before it. */
  snapshot?(): unknown
  /** Takes the state over. The snapshot is used again, so it must not be changed by what comes after. */
  restore?(snapshot: unknown): void
}

/** What an operator would know on the first day. */
export interface PolicySetup {
  /** ISO 3166. */
  home: string
  /** When refusing begins; before it the policy only looks on. 0 where there is no time to learn. */
  liveAt: number
  /** Messages on a usual day, all countries together. */
  usualDay: number
  /** The share of them that goes to the home country. */
  homeShare: number
}

/** A policy by name; each run makes an instance of its own. */
export interface PolicyFactory {
  name: string
  create(setup: PolicySetup): SendPolicy
}

/** The answer of a policy that sees nothing wrong. */
export const allowed: SendDecision = { action: 'allow', reasons: [] }
