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
}

/** Carries messages. `send` resolves once the message has left, and throws when it did not. */
export interface Carrier {
  send(message: OutgoingMessage): Promise<void>
}
