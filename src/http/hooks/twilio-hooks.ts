import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sentenceTwiml, wordsTwiml } from '../../channel/carriers/call-twiml.ts'
import { localeOf, openWords } from '../../channel/carriers/sealed-words.ts'
import { twilioFailure } from '../../channel/carriers/twilio-failures.ts'
import { proseCopy } from '../../channel/prose-copy.ts'
import type { Clock } from '../../lib/clock.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import { AvalError } from '../../model/error.ts'
import { bytesOf, headerOf, takeRawBodies } from './hook-body.ts'

/** What Twilio's hooks may touch: nothing that approves anything. */
export interface TwilioHookDeps {
  publicUrl: string
  authToken: Secret
  keys: KeyRing
  clock: Pick<Clock, 'now'>
  report(report: DeliveryReport): Promise<void>
}

const bytesMax = 64 * 1024

/** Where Twilio says what became of a message, and fetches what a call says. Each request carries Twilio's signature, or is refused. */
export function registerTwilioHooks(app: FastifyInstance, deps: TwilioHookDeps): void {
  app.register(async (scope) => {
    takeRawBodies(scope, bytesMax)
    scope.post('/hooks/twilio/status', async (request, reply) => {
      const form = await signedForm(deps, request)
      const report = reportOf(form, (request.query as { message?: unknown }).message)
      if (report) await deps.report(report)
      return reply.code(204).send()
    })
    scope.post('/hooks/twilio/speak', async (request, reply) => {
      const { Digits } = await signedForm(deps, request)
      const { message, words, locale } = request.query as Record<string, unknown>
      // Nothing is said to who pressed nothing.
      const pressed = typeof Digits === 'string' && /^[0-9*#]$/.test(Digits)
      const spoken = pressed && openWords(deps.keys, String(words ?? ''), String(message ?? ''), deps.clock.now())
      const twiml = spoken
        ? await wordsTwiml(spoken.words, spoken.locale)
        : await sentenceTwiml(proseCopy[localeOf(locale)].call.over, localeOf(locale))
      return reply.type('text/xml; charset=utf-8').send(twiml)
    })
  })
}

/**
 * The form, if Twilio signed it for this very address: HMAC over the public URL and all parameters, by the official package
 * (twilio.com/docs/usage/security). The URL is made of our own setting and never of a Host header (security case A125).
 */
async function signedForm(
  { publicUrl, authToken }: TwilioHookDeps,
  { headers, url, body }: FastifyRequest,
): Promise<Record<string, string | string[]>> {
  const form: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(bytesOf(body).toString())) {
    const known = form[name]
    form[name] = known === undefined ? value : [known, value].flat()
  }
  const signature = headerOf(headers['x-twilio-signature'])
  const { default: twilio } = await import('twilio')
  if (signature !== undefined && twilio.validateRequest(authToken.reveal(), signature, `${publicUrl}${url}`, form))
    return form
  throw new AvalError('forbidden', 'The request does not carry the signature of Twilio for this address.')
}

const messageStatuses: Record<string, DeliveryReport['status']> = {
  accepted: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'undelivered',
  failed: 'undelivered',
}
const callStatuses: Record<string, DeliveryReport['status']> = {
  initiated: 'sent',
  ringing: 'sent',
  'in-progress': 'delivered',
  completed: 'delivered',
  busy: 'undelivered',
  'no-answer': 'undelivered',
  canceled: 'undelivered',
  failed: 'undelivered',
}

/** What the form says of one message or call; undefined for what is no news. */
function reportOf(form: Record<string, string | string[]>, message: unknown): DeliveryReport | undefined {
  const { MessageSid, MessageStatus, CallSid, CallStatus, ErrorCode, SipResponseCode } = form
  const [carrierId, word, statuses] =
    typeof MessageSid === 'string' ? [MessageSid, MessageStatus, messageStatuses] : [CallSid, CallStatus, callStatuses]
  if (!isName(carrierId) || typeof word !== 'string' || !Object.hasOwn(statuses, word)) return undefined
  const status = statuses[word] as DeliveryReport['status']
  const failure = status === 'undelivered' ? failureOf(word, [ErrorCode ?? SipResponseCode].flat()[0]) : undefined
  const messageId = isName(message) ? message : undefined
  return { carrier: 'twilio', carrierId, messageId, status, failure }
}

/** A name of a message, such as a SID. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value)
}

/** Nobody picked up: another way may work. Twilio's code says it where there is one. */
function failureOf(word: string, code: string | undefined) {
  if (word === 'busy' || word === 'no-answer' || word === 'canceled') return { kind: 'channel' as const, code: word }
  return twilioFailure(code ?? word)
}
