import type { OutgoingMessage } from '../channel/carrier.ts'
import { findTemplate, namesDeal, type Template } from '../channel/templates.ts'
import {
  missingValues,
  type VerificationMessage,
  verificationMessage,
  verificationWords,
} from '../channel/verification-message.ts'
import type { Channel } from '../model/factor.ts'
import { type Locale, nearestLocale } from '../model/locale.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { Destination } from './destination.ts'
import type { Service } from './service.ts'

/** A template that a start names, with the values of its own placeholders. */
export interface TemplateChoice {
  sid: string
  substitutions: Record<string, string>
}

/** What a start says of its message. */
export interface MessageWishes {
  service: Service
  /** Name in the message, in place of the service's. */
  friendlyName?: string | undefined
  /** BCP 47, of Twilio's list. */
  locale?: string | undefined
  /** The first that has all its values is taken. */
  templates?: readonly TemplateChoice[] | undefined
  appHash?: string | undefined
  sendDigits?: string | undefined
  amount?: string | undefined
  payee?: string | undefined
}

/** Twilio, 60247. */
const charactersMax = 500

/**
 * The message that carries a code. Refuses with 60408 a template on a channel that has none, 60228 one that does not exist, 60227 one
 * that is for other channels, 60224 where values are missing, 60200 a text without amount and payee where PSD2 asks for them, 60247 beyond 500 characters, 60602 an app hash on another channel than text.
 */
export function messageOf(
  wishes: MessageWishes,
  { channel, to, locale: usual }: Pick<Destination, 'channel' | 'to' | 'locale'>,
  { id, code, ttlMs, catalogue }: { id: string; code: string; ttlMs: number; catalogue: readonly Template[] },
): OutgoingMessage {
  const { service, appHash } = wishes
  if (appHash !== undefined && channel !== 'sms') throw new TwilioError(60602)
  const locale: Locale = wishes.locale === undefined ? usual : (nearestLocale(wishes.locale) ?? 'en')
  const plain: VerificationMessage = {
    friendlyName: wishes.friendlyName ?? service.friendlyName,
    code,
    locale,
    minutes: Math.ceil(ttlMs / 60_000),
    doNotShare: service.settings.do_not_share_warning_enabled,
    appHash,
    amount: wishes.amount,
    payee: wishes.payee,
  }
  const message = { ...plain, template: templateOf(wishes, channel, plain, catalogue) }
  const { dtmf_input_required: pressKey } = service.settings
  if (verificationMessage(message).length > charactersMax) throw new TwilioError(60247)
  const words = verificationWords(channel, message, { sendDigits: wishes.sendDigits, pressKey })
  return { id, to, channel, ...words, code, locale }
}

function templateOf(
  { service, templates = [] }: MessageWishes,
  channel: Channel,
  plain: VerificationMessage,
  catalogue: readonly Template[],
): VerificationMessage['template'] {
  const name = channel === 'sms' ? 'sms' : channel === 'call' ? 'voice' : undefined
  // Who approves is told amount and payee (RTS on SCA, article 5(1)(a)).
  const links = (text: Template) => !service.settings.psd2_enabled || namesDeal(text)
  if (templates.length === 0) {
    const usual = name && findTemplate(service.settings.default_template_sid ?? '', catalogue)
    if (!usual?.channels.includes(name ?? 'sms') || !links(usual)) return undefined
    const template = { text: usual, substitutions: {} }
    return missingValues({ ...plain, template }).length === 0 ? template : undefined
  }
  if (!name) throw new TwilioError(60408)
  const known = templates.map(({ sid, substitutions }) => ({ text: findTemplate(sid, catalogue), substitutions }))
  if (known.some(({ text }) => text === undefined)) throw new TwilioError(60228)
  const fitting = (known as { text: Template; substitutions: Record<string, string> }[]).filter(({ text }) =>
    text.channels.includes(name),
  )
  if (fitting.length === 0) throw new TwilioError(60227)
  const linking = fitting.filter(({ text }) => links(text))
  if (linking.length === 0)
    throw new TwilioError(60200, 'Invalid parameter `TemplateSid`: its text must name amount and payee')
  const complete = linking.find((template) => missingValues({ ...plain, template }).length === 0)
  if (!complete) throw new TwilioError(60224)
  return complete
}
