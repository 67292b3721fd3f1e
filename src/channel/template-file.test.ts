import { describe, expect, it } from 'vitest'
import { readTemplates } from './template-file.ts'
import { templates } from './templates.ts'

const good = {
  sid: `HJ${'0'.repeat(31)}1`,
  name: 'Reservas',
  channels: ['sms'],
  'pt-BR': '{{friendly_name}}: {{code}} e o seu codigo.',
  en: '{{friendly_name}}: {{code}} is your code.',
  es: '{{friendly_name}}: {{code}} es su codigo.',
}
const faultsOf = (...template: object[]) => {
  const read = readTemplates({ template })
  return 'faults' in read ? read.faults : []
}

describe('a file of texts', () => {
  it('is taken when every text can be sent as one segment', () => {
    expect(readTemplates({ template: [good] })).toMatchObject({
      templates: [{ sid: good.sid, texts: { es: good.es } }],
    })
  })

  it.each([
    [
      'an accent that doubles what a text costs',
      { 'pt-BR': '{{code}} é o seu código, {{friendly_name}}.' },
      /template\.0\.pt-BR holds .* ó/,
    ],
    ['no code', { en: '{{friendly_name}}' }, /en does not hold \{\{code/],
    ['other placeholders in one language', { es: '{{code}}' }, /es has other placeholders/],
    ['braces around no name', { en: '{{code}} {{friendly_name}} {{ x }}' }, /en has braces/],
    ['more than a segment', { en: `{{friendly_name}} {{code}} ${'x'.repeat(130)}` }, /en takes 172 characters/],
    ['a SID of the catalogue', { sid: templates[0]?.sid }, /sid is taken/],
    ['a SID that is none', { sid: 'HJ1' }, /template\.0\.sid/],
    ['a member that nobody knows', { colour: 'red' }, /template\.0/],
  ])('is refused for %s', (_, wrong, fault) => {
    expect(faultsOf({ ...good, ...wrong }).join('\n')).toMatch(fault)
  })

  it('may be longer, and have accents, where it is only said', () => {
    const said = { ...good, channels: ['voice'], 'pt-BR': '{{friendly_name}}: {{code}} é o seu código.' }
    expect(faultsOf(said)).toEqual([])
  })

  it('names one SID once', () => {
    expect(faultsOf(good, good)).toEqual(['template.1.sid is taken'])
  })
})
