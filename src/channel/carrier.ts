import type { Channel } from '../model/factor.ts'
import type { Locale } from '../model/locale.ts'

/** One message on its way to one address. */
export interface OutgoingMessage {
  /** E.164 number or e-mail address. */
  to: string
  channel: Channel
  body: string
  /** The code that `body` holds, so that a local reader need not search for it. */
  code: string
  locale: Locale
  /** How a call begins: what is dialled once it is answered, and whether a key must be pressed before the code is said. */
  call?: { sendDigits?: string | undefined; pressKey: boolean } | undefined
}

/** Carries messages. `send` resolves once the message has left, and throws when it did not. */
export interface Carrier {
  /** Whether a message has arrived as soon as it was sent, so that nobody can meet it on its way. */
  readonly instant?: boolean
  send(message: OutgoingMessage): Promise<void>
}
