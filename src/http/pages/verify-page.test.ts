import { describe, expect, it, test } from 'vitest'
import { actOf } from '../../channel/acts.ts'
import { locales } from '../../model/locale.ts'
import { pageCopy } from './copy/copy.ts'
import { inboxCopy } from './copy/inbox-copy.ts'
import { type CardView, type CodeView, type Screen, type TellingName, tellings, type Way } from './screen.ts'
import { renderVerifyPage } from './verify-page.tsx'

const card: CardView = {
  id: `tx_${'a'.repeat(32)}`,
  version: 1,
  act: actOf('payout.withdraw', 'pt-BR'),
  payee: 'Aurora Eventos Ltda',
  amount: 'R$ 12.500,00',
  fields: [{ label: 'Conta', value: '••••4321' }],
  reference: 'AVL-7F3C',
  enrolls: 'o celular com final 4321',
  delayHours: 0,
  checks: 0,
}
const sms: Way = { factor: 'sms', to: '4321' }
const ways: Way[] = [
  { factor: 'whatsapp', to: '4321' },
  { factor: 'passkey', to: '' },
]
const code: CodeView = {
  way: sms,
  digits: 6,
  minutesLeft: 10,
  now: 1_000_000,
  expiresAt: 1_600_000,
  resend: { left: 'some', waitS: 30, at: 1_030_000 },
  helpOpen: false,
  recovery: false,
  delivery: undefined,
}
const withField: Record<string, Screen> = {
  'a code to enter': { name: 'code', status: 200, card, code, ways },
  'a wrong code': { name: 'code', status: 422, card, code, ways, problem: 'wrong code', wrong: true },
  'a resend too soon': { name: 'code', status: 429, card, code, ways, problem: 'too soon', retryAfterS: 30 },
  'a code sent again': { name: 'code', status: 200, card, code, ways, notice: 'sent again' },
  'one send left': {
    name: 'code',
    status: 200,
    card,
    ways,
    code: { ...code, resend: { left: 'one', waitS: 0, at: 0 } },
  },
  'an app to open': {
    name: 'code',
    status: 200,
    card,
    ways,
    code: { ...code, way: { factor: 'totp', to: '' }, resend: undefined },
  },
  'a message that is on its way': { name: 'code', status: 200, card, ways, code: { ...code, delivery: 'sending' } },
  'a message that did not arrive': {
    name: 'code',
    status: 200,
    card,
    ways,
    code: { ...code, delivery: 'undelivered' },
  },
  'no send left': {
    name: 'code',
    status: 429,
    card,
    ways,
    code: { ...code, resend: { left: 'none' } },
    problem: 'no more',
  },
}
const withoutField: Record<string, Screen> = {
  'a code to ask for': { name: 'choose', status: 200, card, ways: [sms, ...ways] },
  'a code that expired': {
    name: 'lapsed',
    status: 410,
    card,
    way: sms,
    ways,
    now: 1,
    resend: { left: 'some', waitS: 0, at: 0 },
    problem: 'expired',
  },
  'an approval': { name: 'approved', status: 200, card, returnUrl: undefined, offersPasskey: true },
  deny: { name: 'deny', status: 200, card },
  'a passkey to use': {
    name: 'passkey',
    status: 200,
    card,
    options: { challenge: '"><script>' },
    payment: undefined,
    ways,
  },
  'a wrong number': { name: 'number', status: 200, card, ways, holdHours: 72 },
  'a passkey that was made': {
    name: 'enrolled',
    status: 200,
    card,
    what: 'passkey',
    recoveryCodes: [],
    returnUrl: undefined,
  },
}
const telling = (name: TellingName, more: object = {}): Screen => ({
  name: 'telling',
  status: tellings[name],
  telling: name,
  exit: undefined,
  ...more,
})

describe.each(locales)('the hosted page in %s', (locale) => {
  const render = (screen: Screen) => renderVerifyPage(screen, { locale, brand: 'Sympla' })

  test.each(Object.entries(withField))(
    '%s shows the card and exactly one field, beside a button that names the act',
    (_, screen) => {
      const html = render(screen)
      expect(html).toContain(`<html lang="${locale}">`)
      expect(html).toContain('Aurora Eventos Ltda')
      expect(html).toContain('R$ 12.500,00')
      expect(html).toContain('AVL-7F3C')
      const fields = html.match(/<input(?! type="hidden")[^>]*>/g) ?? []
      expect(fields).toHaveLength(1)
      expect(fields[0]).toMatch(/type="text".*inputmode="numeric".*autocomplete="one-time-code"/)
      expect(fields[0]).toMatch(/spellcheck="false".*translate="no".*dir="ltr"/)
      expect(fields[0]).not.toMatch(/maxlength|pattern|required|value=/)
      const { noun, nounOf } = card.act
      expect(html).toContain(`>${pageCopy[locale].confirm(nounOf, 'R$ 12.500,00')}</button>`)
      expect(noun).not.toBe('')
    },
  )

  test.each(Object.entries(withoutField))('%s shows the card and no field', (_, screen) => {
    const html = render(screen)
    expect(html).toContain('Aurora Eventos Ltda')
    expect(html).not.toContain('id="code"')
  })

  test.each(Object.keys(tellings) as TellingName[])('%s says what happened in a heading of its own', (name) => {
    const html = render(telling(name, { card, reference: 'REF', at: '1/1', retryAfterS: 30 }))
    expect(html).toContain(`<h1>${pageCopy[locale].screens[name].heading}</h1>`)
    expect(html).toContain('Sympla')
  })

  it('puts a problem in the title, in a summary that takes the focus, and beside the field', () => {
    const html = render(withField['a wrong code'] as Screen)
    expect(html).toMatch(locale === 'pt-BR' ? /<title>Erro: / : /<title>Error: /)
    expect(html).toMatch(/<div class="error-summary" role="alert" tabindex="-1" autofocus[^>]*>/)
    expect(html).toContain('<a href="#code">wrong code</a>')
    expect(html).toContain('aria-describedby="code-hint code-error" aria-invalid="true"')
  })

  it('keeps the name of a button that must wait, and says how long', () => {
    const html = render(withField['a code to enter'] as Screen)
    expect(html).toMatch(/<button id="resend"[^>]*aria-disabled="true"/)
    expect(html).not.toMatch(/<button[^>]* disabled/)
    expect(html).toContain('0:30')
  })

  it('shows markup in a name as text', () => {
    const payee = '<script>alert(1)</script>"><svg onload=x>'
    const evil = { ...card, payee, fields: [{ label: payee, value: payee }] }
    const html = render({ name: 'code', status: 200, card: evil, code, ways })
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<svg')
    expect(html.match(/&lt;script>/g)).toHaveLength(3)
  })

  it('has no inline script, no inline style and no event attribute', () => {
    for (const screen of [...Object.values(withField), ...Object.values(withoutField)]) {
      expect(render(screen)).not.toMatch(/<style|<script>| style=| on[a-z]+=|javascript:/)
    }
  })

  it('says everything in its own words', () => {
    const texts = [...sentences(pageCopy[locale]), ...sentences(inboxCopy[locale])]
    expect(texts.length).toBeGreaterThan(80)
    for (const text of texts) expect(text.trim()).not.toMatch(/^$|undefined|NaN|\{|\}/)
  })
})

const facts = { brand: 'Sympla', reference: 'REF', at: '1/1', code: '123456' }

/** Every sentence of a catalogue, with something in each place, singular and plural. */
function sentences(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function')
    return [1, 2].map((n) =>
      String(key === 'text' && value.length > 0 ? value({ ...facts, toString: () => String(n) }) : value(n, n, n)),
    )
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, part]) => sentences(part, name))
}
