import { z } from 'zod'
import { toGsm } from '../lib/text.ts'
import { locales } from '../model/locale.ts'
import { findTemplate, placeholders, type Template } from './templates.ts'

const text = z.string().min(1).max(500, 'is longer than 500 characters')
const entry = z.strictObject({
  sid: z.string().regex(/^HJ[0-9a-f]{32}$/, 'is not HJ and 32 hexadecimal digits'),
  name: z.string().min(1).max(60),
  channels: z.array(z.enum(['sms', 'voice'])).min(1),
  'pt-BR': text,
  en: text,
  es: text,
})
const file = z.strictObject({ template: z.array(entry).max(100) })

const segmentMax = 160
/** Values as long as they get: what a text must have room for. */
const longest: Record<string, string> = {
  code: '0'.repeat(10),
  friendly_name: 'x'.repeat(30),
  ttl: '10',
  amount: 'R$ 100.000,00',
  payee: 'x'.repeat(30),
  domain: 'x'.repeat(30),
}
const otherLength = 20

/**
 * The texts of a file (TOML), or every fault by its place. What is taken has its code, the same placeholders in every language, and, as
 * a text message, only GSM-7 and one segment with values of usual length: one accent doubles what a message costs.
 */
export function readTemplates(table: unknown): { templates: Template[] } | { faults: string[] } {
  const read = file.safeParse(table)
  if (!read.success) {
    return { faults: read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'} ${message}`) }
  }
  const templates = read.data.template.map(templateOf)
  const seen = new Set<string>()
  const faults = templates.flatMap((one, i) => {
    const known = findTemplate(one.sid) !== undefined || seen.has(one.sid)
    seen.add(one.sid)
    return [...(known ? ['sid is taken'] : []), ...faultsOf(one)].map((fault) => `template.${i}.${fault}`)
  })
  return faults.length > 0 ? { faults } : { templates }
}

function templateOf({ sid, name, channels, ...texts }: z.output<typeof entry>): Template {
  return { sid, friendlyName: name, channels, texts }
}

function faultsOf(template: Template): string[] {
  const named = placeholders(template)
  return locales.flatMap((locale) => {
    const words = template.texts[locale]
    const here = placeholders({ ...template, texts: { ...template.texts, en: words } })
    const faults = [
      ...(here.includes('code') ? [] : ['does not hold {{code}}']),
      ...(same(here, named) ? [] : ['has other placeholders than en']),
      ...(/\{\{(?!\w+\}\})|(?<!\{\{\w{1,40})\}\}/.test(words) ? ['has braces that enclose no name'] : []),
      ...(template.channels.includes('sms') ? smsFaults(words) : []),
    ]
    return faults.map((fault) => `${locale} ${fault}`)
  })
}

function smsFaults(words: string): string[] {
  const filled = words.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => longest[name] ?? 'x'.repeat(otherLength))
  const odd = [...new Set([...filled].filter((char) => toGsm(char) !== char))]
  return [
    ...(odd.length > 0 ? [`holds what GSM-7 has not: ${odd.join(' ')}`] : []),
    ...(filled.length > segmentMax
      ? [`takes ${filled.length} characters with its values, and a segment has ${segmentMax}`]
      : []),
  ]
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}
