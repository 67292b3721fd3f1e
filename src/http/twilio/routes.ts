import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSid, newSid } from '../../lib/ids.ts'
import { secretMatcher } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import { nearestLocale } from '../../model/locale.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { checkVerification } from '../../verify/check-verification.ts'
import type { VerifyDeps } from '../../verify/deps.ts'
import type { Service, ServiceSettings } from '../../verify/service.ts'
import type { Services } from '../../verify/services.ts'
import { startVerification } from '../../verify/start-verification.ts'
import { fetchVerification, updateVerification } from '../../verify/update-verification.ts'
import { callerAddress } from '../caller-address.ts'
import { checkBody, missing, sendTwilioError, serviceBody, verificationBody } from './answers.ts'
import { type Form, formOf, invalid } from './form.ts'
import { pageOf } from './page.ts'

export interface TwilioDoor extends VerifyDeps {
  services: Services
  accountSid: string
  authToken: Secret
  apiKey: Secret
  publicUrl: string
}

/** Verify v2 as Twilio speaks it, at /v2 and, for clients that keep the product in the path, at /verify/v2. */
export function registerTwilio(app: FastifyInstance, door: TwilioDoor): void {
  for (const prefix of ['/v2', '/verify/v2']) app.register(async (scope) => routes(scope, door), { prefix })
}

type Params = { service?: string; verification?: string }

function routes(scope: FastifyInstance, door: TwilioDoor): void {
  const base = door.publicUrl
  const authenticate = authenticator(door)
  scope.addHook('onRequest', (request, reply, done) => {
    reply.header('twilio-request-id', newSid('RQ', door.clock.now(), door.random))
    authenticate(request)
    done()
  })
  scope.addHook('preValidation', (request, _reply, done) => {
    const form = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
    done(request.body === undefined || form ? undefined : new TwilioError(60200, 'Invalid parameter: send a form'))
  })
  scope.setErrorHandler((error, request, reply) => sendTwilioError(request, reply, error))
  scope.setNotFoundHandler((request, reply) => sendTwilioError(request, reply, missing(request)))

  scope.post('/Services', async (request, reply) => {
    const form = formOf(request.body)
    const name = friendlyName(form.required('FriendlyName'))
    return reply.code(201).send(serviceBody(await door.services.create(door.accountSid, name, settingsOf(form)), base))
  })
  scope.get('/Services', async (request) => {
    const read = (offset: number, limit: number) => door.services.list(door.accountSid, offset, limit)
    return pageOf(request, base, 'services', read, (one) => serviceBody(one, base))
  })
  scope.get('/Services/:service', async (request) => serviceBody(await serviceFor(door, request), base))
  scope.post('/Services/:service', async (request) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const name = form.text('FriendlyName')
    const change = { friendlyName: name === undefined ? undefined : friendlyName(name), settings: settingsOf(form) }
    const updated = await door.services.update(service, change)
    if (!updated) throw missing(request)
    return serviceBody(updated, base)
  })
  scope.delete('/Services/:service', async (request, reply) => {
    if (!(await door.services.remove(await serviceFor(door, request)))) throw missing(request)
    return reply.code(204).send()
  })

  scope.post('/Services/:service/Verifications', async (request, reply) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const to = form.required('To')
    form.required('Channel')
    const started = await startVerification(door, {
      service,
      to,
      channel: form.choice('Channel', ['sms']) ?? 'sms',
      locale: localeOf(form, request),
      appHash: form.text('AppHash'),
      ...dealOf(form),
      ip: callerAddress(request),
    })
    return reply.code(201).send(verificationBody(started, base))
  })
  scope.get('/Services/:service/Verifications/:verification', async (request) => {
    const service = await serviceFor(door, request)
    const found = await fetchVerification(door, service, (request.params as Params).verification ?? '')
    if (!found) throw missing(request)
    return verificationBody(found, base)
  })
  scope.post('/Services/:service/Verifications/:verification', async (request) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    form.required('Status')
    const status = form.choice('Status', ['canceled', 'approved']) ?? 'canceled'
    const sidOrTo = (request.params as Params).verification ?? ''
    const updated = await updateVerification(door, { service, sidOrTo, status, ip: callerAddress(request) })
    if (!updated) throw missing(request)
    return verificationBody(updated, base)
  })

  scope.post('/Services/:service/VerificationCheck', async (request) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const [to, sid, deal] = [form.text('To'), form.text('VerificationSid'), dealOf(form)]
    if (to === undefined && sid === undefined) throw new TwilioError(60221)
    const code = form.required('Code')
    if (code.length < 4 || code.length > 10) throw invalid('Code')
    const checked = await checkVerification(door, { service, to, sid, code, ...deal, ip: callerAddress(request) })
    if (!checked) throw missing(request)
    return checkBody(checked)
  })
}

/** Basic auth with account SID and auth token, or with the API key in its two parts. Throws 20003 for anything else. */
function authenticator({ accountSid, authToken, apiKey }: TwilioDoor): (request: FastifyRequest) => void {
  const isAccount = secretMatcher(`${accountSid}:${authToken.reveal()}`)
  const isKey = /^SK[0-9a-fA-F]{32}:.+$/.test(apiKey.reveal()) ? secretMatcher(apiKey.reveal()) : () => false
  return ({ headers: { authorization = '' } }) => {
    const encoded = /^Basic +([A-Za-z0-9+/=_-]{1,600})$/i.exec(authorization)?.[1]
    const given = Buffer.from(encoded ?? '', 'base64').toString('utf8')
    if (!isAccount(given) && !isKey(given)) throw new TwilioError(20003)
  }
}

async function serviceFor(door: TwilioDoor, request: FastifyRequest): Promise<Service> {
  const { service: sid = '' } = request.params as Params
  const service = isSid('VA', sid) ? await door.services.find(door.accountSid, sid) : undefined
  if (!service) throw missing(request)
  return service
}

function settingsOf(form: Form): Partial<ServiceSettings> {
  const given: { [Name in keyof ServiceSettings]: ServiceSettings[Name] | undefined } = {
    code_length: form.integer('CodeLength', 4, 10),
    lookup_enabled: form.flag('LookupEnabled'),
    psd2_enabled: form.flag('Psd2Enabled'),
    skip_sms_to_landlines: form.flag('SkipSmsToLandlines'),
    dtmf_input_required: form.flag('DtmfInputRequired'),
    tts_name: form.text('TtsName'),
    do_not_share_warning_enabled: form.flag('DoNotShareWarningEnabled'),
    custom_code_enabled: form.flag('CustomCodeEnabled'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Twilio's rule for names in messages: short, no links, no more than four digits. */
function friendlyName(text: string): string {
  const digits = text.match(/\d/g)?.length ?? 0
  if (!/^[\p{L}\p{N} _-]{1,32}$/u.test(text) || digits > 4) throw invalid('FriendlyName')
  return text
}

function dealOf(form: Form) {
  const amount = form.text('Amount')
  const payee = form.text('Payee')
  if (amount && amount.length > 40) throw invalid('Amount')
  if (payee && (payee.length > 120 || /\p{Cc}/u.test(payee))) throw invalid('Payee')
  return { amount, payee }
}

// Twilio's list (docs/verify/supported-languages). Texts exist in three languages; the others are answered in English.
const languages = new Set(
  'af ar ca cs da de el en en-gb es fi fr he hi hr hu id it ja ko ms nb nl pl pt pt-br ro ru sv th tl tr vi zh zh-cn zh-hk'.split(
    ' ',
  ),
)

function localeOf(form: Form, request: FastifyRequest) {
  const locale = form.text('Locale')
  if (locale === undefined) return undefined
  if (!languages.has(locale.toLowerCase())) throw missing(request)
  return nearestLocale(locale) ?? 'en'
}
