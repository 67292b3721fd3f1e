import { type Locale, locales } from '../model/locale.ts'
import { type MessageCopy, messageCopy } from './message-copy.ts'

/** A text that a service or a start can name, in every language of ours. `{{name}}` stands for a value. */
export interface Template {
  sid: string
  friendlyName: string
  channels: readonly ('sms' | 'voice')[]
  texts: Record<Locale, string>
}

/** The catalogue that is built in. SIDs are for good: services keep them. */
export const templates: readonly Template[] = [
  template('HJa7a10001000000000000000000000001', 'Verification', ['sms', 'voice'], (copy) => [said(copy)]),
  template('HJa7a10001000000000000000000000002', 'Verification with do not share', ['sms', 'voice'], (copy) => [
    said(copy),
    copy.doNotShare,
  ]),
  template('HJa7a10001000000000000000000000003', 'Verification with time to live', ['sms', 'voice'], (copy) => [
    said(copy),
    copy.expires('{{ttl}}'),
  ]),
  template('HJa7a10001000000000000000000000004', 'Transaction with amount and payee', ['sms', 'voice'], (copy) => [
    said(copy),
    copy.deal('{{amount}}', '{{payee}}'),
  ]),
  // The last line binds the code to a site (WICG, origin-bound one-time codes), so a browser fills it in nowhere else.
  template('HJa7a10001000000000000000000000005', 'Verification bound to a site', ['sms'], (copy) => [
    `${said(copy)}\n\n@{{domain}} #{{code}}`,
  ]),
]

/** The template of this SID; undefined when the catalogue has none. */
export function findTemplate(sid: string, catalogue: readonly Template[] = templates): Template | undefined {
  return catalogue.find((one) => one.sid.toLowerCase() === sid.toLowerCase())
}

/** The names that stand in a template, each once. They are the same in every language. */
export function placeholders({ texts }: Template): string[] {
  return [...new Set([...texts.en.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))]
}

/** Whether the text names amount and payee, as linking a code to its transaction asks for. */
export function namesDeal(template: Template): boolean {
  const named = placeholders(template)
  return named.includes('amount') && named.includes('payee')
}

/** The text with its values; a value is put in once, so that none can bring a placeholder of its own. */
export function renderTemplate({ texts }: Template, locale: Locale, values: Record<string, string>): string {
  return texts[locale].replaceAll(
    /\{\{(\w+)\}\}/g,
    (mark, name: string) => (Object.hasOwn(values, name) ? values[name] : mark) ?? mark,
  )
}

function said(copy: MessageCopy): string {
  return copy.verification('{{friendly_name}}', '{{code}}')
}

function template(
  sid: string,
  friendlyName: string,
  channels: Template['channels'],
  sentences: (copy: MessageCopy) => string[],
): Template {
  const texts = Object.fromEntries(locales.map((locale) => [locale, sentences(messageCopy[locale]).join('. ')]))
  return { sid, friendlyName, channels, texts: texts as Record<Locale, string> }
}
