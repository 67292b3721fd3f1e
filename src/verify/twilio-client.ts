import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import type { Secret } from '../lib/secret.ts'
import { AvalError } from '../model/error.ts'
import type { Channel } from '../model/factor.ts'

export interface TwilioAccount {
  accountSid: string
  /** Account SID or API key, for Basic auth. */
  username: string
  password: Secret
  verifyServiceSid: string
  /** Set in tests only: config lets nothing but https or loopback through. */
  baseUrl: string | undefined
}

/** What we read of Twilio's answers. Nothing of them is believed before it was compared with what we stored. */
export interface TwilioVerification {
  sid: string
  to: string
  status: string
  serviceSid: string
  accountSid: string
  sends: number
}

export interface Deal {
  amount?: string
  payee?: string
}

/** Twilio Verify through the official package, with a time-out and a breaker. Failures come as AvalError; `log` hears of codes only. */
export interface TwilioClient {
  /** Throws verifier_unavailable while the breaker is open, so that nothing is charged for a call that will not be made. */
  refuseWhenDown(): void
  isPsd2(): Promise<boolean>
  start(to: string, channel: Channel, locale: string, deal: Deal): Promise<TwilioVerification>
  /** Undefined when Twilio no longer knows the verification: expired, or its tries are spent. */
  check(sid: string, code: string, deal: Deal): Promise<TwilioVerification | undefined>
  /** Whether the code is void now. */
  cancel(sid: string): Promise<boolean>
}

const timeoutMs = 5000
const failuresMax = 5
const restMs = 10_000

export async function createTwilioClient(
  account: TwilioAccount,
  log: { warn(details: object, message: string): void },
): Promise<TwilioClient> {
  const { default: twilio } = await import('twilio')
  const client = twilio(account.username, account.password.reveal(), {
    accountSid: account.accountSid,
    httpClient: new twilio.RequestClient({ timeout: timeoutMs }),
  })
  if (account.baseUrl) client.verify.baseUrl = account.baseUrl
  const service = client.verify.v2.services(account.verifyServiceSid)
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(failuresMax),
  })
  let psd2: boolean | undefined

  async function call<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await breaker.execute(work)
    } catch (error) {
      const { status, code } = error as { status?: number; code?: number | string }
      log.warn({ call: what, status, code }, 'a call to Twilio Verify failed')
      throw translate(error)
    }
  }

  return {
    refuseWhenDown() {
      if (breaker.state === CircuitState.Open) throw unavailable()
    },
    async isPsd2() {
      psd2 ??= (await call('service', () => service.fetch())).psd2Enabled === true
      return psd2
    },
    async start(to, channel, locale, deal) {
      const made = await call('start', () => service.verifications.create({ to, channel, locale, ...deal }))
      return { ...identity(made), sends: made.sendCodeAttempts?.length ?? 1 }
    },
    async check(verificationSid, code, deal) {
      try {
        const made = await call('check', () => service.verificationChecks.create({ verificationSid, code, ...deal }))
        return { ...identity(made), sends: 0 }
      } catch (error) {
        if (error instanceof AvalError && error.code === 'code_expired') return undefined
        throw error
      }
    },
    async cancel(sid) {
      try {
        await call('cancel', () => service.verifications(sid).update({ status: 'canceled' }))
        return true
      } catch (error) {
        // Twilio forgets what ended: then there is no code left to cancel.
        return error instanceof AvalError && error.code === 'code_expired'
      }
    },
  }
}

function identity(one: { sid: string; to: string; status: string; serviceSid: string; accountSid: string }) {
  return { sid: one.sid, to: one.to, status: one.status, serviceSid: one.serviceSid, accountSid: one.accountSid }
}

/** No answer, or one that says the fault is Twilio's. A refusal is an answer and does not open the breaker. */
function isOutage(error: unknown): boolean {
  const { status } = error as { status?: number }
  return status === undefined || status >= 500
}

function unavailable(cause?: unknown): AvalError {
  return new AvalError('verifier_unavailable', 'Codes cannot be sent or checked at the moment. Try again shortly.', {
    retryAfterS: 10,
    cause,
  })
}

/** Twilio's codes in ours (twilio.com/docs/api/errors). */
function translate(error: unknown): AvalError {
  const { status, code } = error as { status?: number; code?: number | string }
  if (isOutage(error)) return unavailable(error)
  switch (Number(code)) {
    case 20404:
      return new AvalError('code_expired', 'The code has expired. Ask for a new one.', { cause: error })
    case 60203:
    case 60202:
      return new AvalError('too_many_sends', 'Too many codes were asked for on this phone. Wait ten minutes.', {
        retryAfterS: 600,
        cause: error,
      })
    case 60212:
    case 20429:
      return new AvalError('resend_too_soon', 'A code is just being sent. Try again in a moment.', {
        retryAfterS: 5,
        cause: error,
      })
    case 60200:
    case 60205:
      return new AvalError('contact_invalid', 'The phone number cannot receive the code.', { cause: error })
    case 60410:
    case 60605:
    case 60238:
      return new AvalError('destination_not_allowed', 'Messages to this destination are not allowed.', { cause: error })
    default:
      return status === 429
        ? new AvalError('too_many_requests', 'Too many requests. Try again in a moment.', {
            retryAfterS: 5,
            cause: error,
          })
        : new AvalError('delivery_failed', 'The code could not be sent.', { cause: error })
  }
}
