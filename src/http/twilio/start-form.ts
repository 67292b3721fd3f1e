import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isSid } from '../../lib/ids.ts'
import { cleanLine } from '../../lib/text.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import { startChannels } from '../../verify/destination.ts'
import type { TemplateChoice } from '../../verify/message-of.ts'
import type { Service } from '../../verify/service.ts'
import type { StartVerification } from '../../verify/start-verification.ts'
import { callerAddress } from '../caller-address.ts'
import { missing } from './answers.ts'
import { type Form, formOf } from './form.ts'
import { friendlyName } from './services.ts'

/** The form of a start as a command. Throws 60200 for what cannot be read, 20404 for a locale that Twilio does not have. */
export function startOf(request: FastifyRequest, service: Service): StartVerification {
  const form = formOf(request.body)
  const to = form.required('To', 320)
  form.required('Channel')
  const name = form.text('CustomFriendlyName')
  const deviceIp = form.text('DeviceIp')
  if (deviceIp !== undefined && !isIP(deviceIp)) throw invalidParameter('DeviceIp')
  // Read and let go: what is no flag is still a mistake worth naming.
  form.flag('EnableSnaClientToken')
  form.text('CustomMessage')
  return {
    service,
    to,
    channel: form.choice('Channel', startChannels) ?? 'sms',
    fallsBackToSms: fallsBackToSms(form),
    friendlyName: name === undefined ? undefined : friendlyName(name, 'CustomFriendlyName'),
    locale: localeOf(form, request),
    templates: templatesOf(form),
    customCode: customCode(form),
    ...dealOf(form),
    rateLimits: stringsOf(form, 'RateLimits', { entries: 50, length: 256 }),
    appHash: appHash(form),
    sendDigits: sendDigits(form),
    deviceIp,
    riskCheck: form.choice('RiskCheck', ['enable', 'disable']),
    tags: stringsOf(form, 'Tags', { entries: 10, length: 128 }),
    codeTtlS: form.integer('CodeTtl', 120, 86_400),
    ip: callerAddress(request),
  }
}

/** Amount and payee of PSD2, which stand in the message as they are. One in which nothing can be seen is none. */
export function dealOf(form: Form) {
  const payee = form.text('Payee', 120)
  if (payee && /\p{Cc}/u.test(payee)) throw invalidParameter('Payee')
  return { amount: visible(form.text('Amount', 40)), payee: visible(payee) }
}

function visible(text: string | undefined): string | undefined {
  return text !== undefined && cleanLine(text) === '' ? undefined : text
}

// Twilio's list (docs/verify/supported-languages). Texts exist in three languages; the others are answered in English.
const languages = new Set(
  'af ar ca cs da de el en en-gb es fi fr he hi hr hu id it ja ko ms nb nl pl pt pt-br ro ru sv th tl tr vi zh zh-cn zh-hk'.split(
    ' ',
  ),
)

function localeOf(form: Form, request: FastifyRequest): string | undefined {
  const locale = form.text('Locale')
  if (locale !== undefined && !languages.has(locale.toLowerCase())) throw missing(request)
  return locale
}

function customCode(form: Form): string | undefined {
  const code = form.text('CustomCode')
  if (code !== undefined && !/^[A-Za-z0-9]{4,10}$/.test(code)) throw invalidParameter('CustomCode')
  return code
}

function appHash(form: Form): string | undefined {
  const hash = form.text('AppHash')
  if (hash !== undefined && !/^[A-Za-z0-9+/=]{1,22}$/.test(hash)) throw invalidParameter('AppHash')
  return hash
}

/** What a phone can dial: digits, star, hash, and waits of half a second and a second. */
function sendDigits(form: Form): string | undefined {
  const digits = form.text('SendDigits')
  if (digits !== undefined && !/^[0-9*#wW,]{1,32}$/.test(digits)) throw invalidParameter('SendDigits')
  return digits
}

/** `{"whatsapp":{"enabled":true},"sms":{"enabled":true}}`; settings of mail are taken as they are. */
function fallsBackToSms(form: Form): boolean {
  const configuration = form.object('ChannelConfiguration')
  const enabled = (channel: string) => (configuration?.[channel] as { enabled?: unknown } | null)?.enabled === true
  return enabled('whatsapp') && enabled('sms')
}

/** A JSON map of short texts. */
function stringsOf(
  form: Form,
  name: string,
  max: { entries: number; length: number },
): Record<string, string> | undefined {
  const map = form.object(name)
  if (map === undefined) return undefined
  const entries = Object.entries(map)
  const right = ([key, value]: [string, unknown]) =>
    key.length > 0 && key.length <= max.length && typeof value === 'string' && value.length <= max.length
  if (entries.length > max.entries || !entries.every(right)) throw invalidParameter(name)
  return Object.fromEntries(entries) as Record<string, string>
}

/** The templates that a start names, the most wanted first: a list of ten at most, or one. */
function templatesOf(form: Form): TemplateChoice[] | undefined {
  const sid = form.text('TemplateSid')
  const substitutions = stringsOf(form, 'TemplateCustomSubstitutions', valuesMax) ?? {}
  const listed = form.text('Templates')
  if (listed !== undefined) return listOf(listed)
  if (sid === undefined) return undefined
  if (!isSid('HJ', sid)) throw invalidParameter('TemplateSid')
  return [{ sid, substitutions }]
}

const templatesMax = 10
const valuesMax = { entries: 20, length: 256 }

function listOf(json: string): TemplateChoice[] {
  const list = formOf({ Templates: `{"list":${json}}` }).object('Templates')?.list
  if (!Array.isArray(list) || list.length === 0 || list.length > templatesMax) throw invalidParameter('Templates')
  return list.map((one: unknown) => {
    const { sid, substitutions = {} } = (one ?? {}) as { sid?: unknown; substitutions?: unknown }
    if (typeof sid !== 'string' || !isSid('HJ', sid)) throw invalidParameter('Templates')
    const values = stringsOf(formOf({ Templates: JSON.stringify(substitutions) }), 'Templates', valuesMax)
    return { sid, substitutions: values ?? {} }
  })
}
