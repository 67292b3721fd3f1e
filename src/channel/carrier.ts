import type { FailureKind } from '../model/delivery.ts'
import type { Channel } from '../model/factor.ts'
import type { Locale } from '../model/locale.ts'

/** One message on its way to one address. */
export interface OutgoingMessage {
  /** Ours, and no secret. A carrier hands it on, so that what comes back about the message finds it. */
  id: string
  /** E.164 number or e-mail address. */
  to: string
  channel: Channel
  /** All the words: of a text, what a call says from beginning to end, the plain part of an e-mail, what Meta's template will say. */
  body: string
  /** The code that `body` holds, so that neither a template nor a local reader need search for it; empty in a notice. */
  code: string
  locale: Locale
  call?: CallScript | undefined
  email?: EmailParts | undefined
}

/** How a call goes. */
export interface CallScript {
  /** Tones that are sent once it is answered, as for an extension. */
  sendDigits?: string | undefined
  /** Said until a key is pressed; nothing else is said before, so that no voicemail records a code. Undefined: no key is asked for. */
  prompt?: string | undefined
  /** Said twice. */
  words: string
}

/** What an e-mail has besides its plain part. */
export interface EmailParts {
  subject: string
  html: string
}

/** What a carrier knows of a message once it took it. */
export interface Receipt {
  /** Its own name for the message, which its delivery reports use; null where it has none. */
  carrierId: string | null
  status: 'sent' | 'delivered'
}

/** Carries messages. `send` resolves once the message has left, and throws when it did not: a CarrierRefusal where it is known why. */
export interface Carrier {
  /** In logs, in delivery reports and in the audit. */
  readonly name: string
  /** Whether this message will have arrived as soon as it was sent, so that nobody can meet it on its way. */
  isInstant?(message: { to: string; channel: Channel }): boolean
  send(message: OutgoingMessage): Promise<Receipt>
  /** Lets go of connections that it keeps. */
  close?(): Promise<void>
}

/** The carrier of each channel. A channel without one cannot be used. */
export type Carriers = { readonly [Name in Channel]?: Carrier | undefined }

/** The carrier said no. `code` is its own code for why, and holds no address and no secret. */
export class CarrierRefusal extends Error {
  readonly kind: FailureKind
  readonly code: string
  constructor(kind: FailureKind, code: string, cause?: unknown) {
    super(`the carrier refused the message (${code})`, cause === undefined ? {} : { cause })
    this.name = 'CarrierRefusal'
    this.kind = kind
    this.code = code
  }
}

/** The same carrier for every channel. */
export function carriersOf(carrier: Carrier): Carriers {
  return { sms: carrier, whatsapp: carrier, call: carrier, email: carrier }
}
