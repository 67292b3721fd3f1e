import type { Twilio } from 'twilio'
import type { Secret } from '../../lib/secret.ts'
import { CarrierRefusal } from '../carrier.ts'
import { refusalOf } from './refusal-of.ts'
import { twilioFailure } from './twilio-failures.ts'

/** An account at Twilio whose numbers carry messages. */
export interface TwilioCarrierAccount {
  accountSid: string
  authToken: Secret
  /** Set in tests only: config lets nothing but https or loopback through. */
  baseUrl: string | undefined
  /** Address of Aval, where Twilio reports to. */
  publicUrl: string
}

const timeoutMs = 5_000

/** Makes calls of the official package; it is loaded with the first message. Failures come as CarrierRefusal. */
export function twilioCalls(account: TwilioCarrierAccount): <T>(work: (client: Twilio) => Promise<T>) => Promise<T> {
  let client: Promise<Twilio> | undefined
  return async (work) => {
    client ??= connect(account)
    try {
      return await work(await client)
    } catch (error) {
      throw translated(error)
    }
  }
}

/** Where Twilio reports what became of a message. It carries our own name of it, because a report may be faster than the answer. */
export function statusUrl({ publicUrl }: Pick<TwilioCarrierAccount, 'publicUrl'>, messageId: string): string {
  return `${publicUrl}/hooks/twilio/status?message=${encodeURIComponent(messageId)}`
}

async function connect({ accountSid, authToken, baseUrl }: TwilioCarrierAccount): Promise<Twilio> {
  const { default: twilio } = await import('twilio')
  const client = twilio(accountSid, authToken.reveal(), {
    httpClient: new twilio.RequestClient({ timeout: timeoutMs }),
  })
  if (baseUrl) client.api.baseUrl = baseUrl
  return client
}

function translated(error: unknown): CarrierRefusal {
  const { status, code } = error as { status?: number; code?: number | string }
  if (status === undefined) return refusalOf(error)
  if (status === 429 || status === 503) return new CarrierRefusal('temporary', String(status))
  const failure = twilioFailure(code ?? status)
  // A refused request is about this message: five odd numbers must not open the breaker for everybody.
  const kind = status === 400 && failure.kind === 'temporary' ? 'channel' : failure.kind
  return new CarrierRefusal(kind, failure.code)
}
