import type { FastifyReply, FastifyRequest } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import type { Verification } from '../../model/verification.ts'
import type { Service } from '../../verify/service.ts'
import { asAvalError } from '../problem.ts'

/** A verification as Twilio answers it: snake_case, dates to the second, every documented member present. */
export function verificationBody(v: Verification, base: string) {
  return {
    sid: v.sid,
    service_sid: v.serviceSid,
    account_sid: v.accountSid,
    to: v.to,
    channel: v.channel,
    status: v.status,
    valid: v.status === 'approved',
    lookup: {},
    amount: v.amount,
    payee: v.payee,
    send_code_attempts: v.attempts.map(({ sid, channel, at }) => ({ time: isoSeconds(at), channel, attempt_sid: sid })),
    date_created: isoSeconds(v.createdAt),
    date_updated: isoSeconds(v.updatedAt),
    sna: null,
    url: `${base}/v2/Services/${v.serviceSid}/Verifications/${v.sid}`,
  }
}

/** A check as Twilio answers it. The fifth wrong code still says pending; only the sixth is refused. */
export function checkBody(v: Verification) {
  const status = v.status === 'max_attempts_reached' ? 'pending' : v.status
  return {
    sid: v.sid,
    service_sid: v.serviceSid,
    account_sid: v.accountSid,
    to: v.to,
    channel: v.channel,
    status,
    valid: status === 'approved',
    amount: v.amount,
    payee: v.payee,
    sna_attempts_error_codes: [],
    date_created: isoSeconds(v.createdAt),
    date_updated: isoSeconds(v.updatedAt),
  }
}

export function serviceBody(s: Service, base: string) {
  const url = `${base}/v2/Services/${s.sid}`
  return {
    sid: s.sid,
    account_sid: s.accountSid,
    friendly_name: s.friendlyName,
    ...s.settings,
    push: null,
    totp: null,
    default_template_sid: null,
    whatsapp: null,
    passkeys: null,
    verify_event_subscription_enabled: false,
    date_created: isoSeconds(s.createdAt),
    date_updated: isoSeconds(s.updatedAt),
    url,
    links: {
      verification_checks: `${url}/VerificationCheck`,
      verifications: `${url}/Verifications`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  }
}

/** A 404 in Twilio's words, which clients match by pattern: the path without its version. */
export function missing(request: FastifyRequest): TwilioError {
  const path = (request.url.split('?')[0] ?? '').replace(/^(?:\/verify)?\/v2/, '')
  return new TwilioError(20404, `The requested resource ${path.slice(0, 200)} was not found`)
}

/** Answers a failure in Twilio's shape; no `type` or `title`, which newer SDKs would take for another format. */
export function sendTwilioError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof TwilioError ? error : translate(request, error)
  if (known.retryAfterS !== undefined) reply.header('retry-after', known.retryAfterS)
  if (known.status === 401) reply.header('www-authenticate', 'Basic realm="Aval"')
  const { code, message, status } = known
  return reply
    .code(status)
    .type('application/json')
    .send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
}

function translate(request: FastifyRequest, error: unknown): TwilioError {
  const ours = asAvalError(error, request)
  if (ours.status === 503) return new TwilioError(20503, undefined, ours.retryAfterS)
  if (ours.code === 'release_blocked') return new TwilioError(20503)
  if (ours.status >= 500) return new TwilioError(20500)
  return ours.status === 404
    ? missing(request)
    : new TwilioError(60200, 'Invalid parameter: the request cannot be read')
}
