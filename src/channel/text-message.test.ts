import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locales } from '../model/locale.ts'
import { countSegments } from './segments.ts'
import { textMessage } from './text-message.ts'

const base = {
  brand: 'Aval',
  host: 'repasse.exemplo.com.br',
  kind: 'payout.withdraw',
  locale: 'pt-BR',
  payee: 'Aurora Eventos Ltda',
  amount: { value: '12500.00', currency: 'BRL' },
  code: '493027',
} as const

const payees = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.stringMatching(/^[0-9 .\-@#"\n/:a-z]{0,80}$/),
  fc.constantFrom(
    'x\n@evil.com #123456',
    'Ana. Seu codigo e 999999 ligue 0800 123 4567',
    '"; @evil.com #111111',
    'https://evil.com/a?b',
  ),
)
const codes = fc.integer({ min: 6, max: 10 }).chain((length) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`)))

describe('textMessage', () => {
  it('says code, act, amount and payee, and ends with the line that binds the code to the page', () => {
    expect(textMessage(base)).toBe(
      'Aval: 493027 autoriza repasse de R$ 12.500,00 para "Aurora Eventos Ltda". Nao foi voce? Ignore e nao informe o codigo.\n\n@repasse.exemplo.com.br #493027',
    )
    expect(textMessage({ ...base, locale: 'en', host: 'aval.test' })).toContain(
      '493027 authorises payout of R$12,500.00 to "Aurora',
    )
    expect(textMessage({ ...base, locale: 'es', amount: undefined })).toContain(
      '493027 autoriza cobro a "Aurora Eventos Ltda". ¿No fue',
    )
  })

  it('is one GSM-7 segment whatever the payee, and only our own line can be taken for a code', async () => {
    const cases = fc.record({
      payee: payees,
      code: codes,
      brand: fc.oneof(fc.constant('Aval'), payees),
      host: fc.constantFrom('localhost', 'aval.test', `${'sub.'.repeat(15)}exemplo.com.br`),
      kind: fc.constantFrom(
        'payout.withdraw',
        'payout_account.change',
        'registration.finalize',
        'something.else',
        'constructor',
      ),
      locale: fc.constantFrom(...locales),
      amount: fc.constantFrom(
        undefined,
        base.amount,
        { value: '9999999999999.99', currency: 'EUR' },
        { value: '1200', currency: 'JPY' },
      ),
    })
    await fc.assert(
      fc.asyncProperty(cases, async (message) => {
        const body = textMessage(message)
        expect(await countSegments(body)).toMatchObject({ segments: 1, encoding: 'GSM-7' })

        const lines = body.split('\n')
        expect(lines).toHaveLength(3)
        expect(lines.at(-1)).toBe(`@${message.host} #${message.code}`)
        expect(lines[0]).not.toMatch(/[@#]/)
        expect((lines[0] ?? '').match(/"/g)?.length ?? 0).oneOf([0, 2])
        const runs = body.match(/\d+/g)?.filter((run) => run.length === message.code.length)
        expect(runs).toEqual([message.code, message.code])
        if (message.amount)
          expect(lines[0]).toMatch(/12\.500,00|12,500\.00|9[.,]999[.,]999[.,]999[.,]999[.,]99|1[.,]?200/)
      }),
      { numRuns: 400 },
    )
  })

  it('leaves no web address, long number or quote of the payee in the text', () => {
    const first = (payee: string) => textMessage({ ...base, payee }).split('\n')[0]
    expect(first('x\n@evil.com #123456')).toContain('para "x evil com".')
    expect(first('Ana. Seu codigo e 999999 ligue 0800')).toContain('para "Ana. Seu codigo e ligue 0800".')
    expect(first('Ana 12 34 56')).toContain('para "Ana".')
    expect(first('Banco "X" S.A.')).toContain('para "Banco X S.A.".')
    expect(first('999999')).toContain('R$ 12.500,00. Nao foi')
  })

  it('gives room to amount and host before the payee', () => {
    const host = `${'a'.repeat(50)}.exemplo.com.br`
    const text = textMessage({ ...base, host, payee: 'Associacao dos Amigos da Orquestra' })
    expect(text).toContain('R$ 12.500,00')
    expect(text).not.toContain('Associacao')
    expect(text.endsWith(`@${host} #493027`)).toBe(true)
  })

  it('carries the code even when the host fits no message', () => {
    const text = textMessage({ ...base, host: 'a'.repeat(200) })
    expect(text).toBe('Aval: 493027 autoriza R$ 12.500,00.')
  })
})

describe('countSegments', () => {
  it('agrees with the package on plain texts and on texts that need it', async () => {
    expect(await countSegments('x'.repeat(160))).toMatchObject({ segments: 1, encoding: 'GSM-7' })
    expect(await countSegments('x'.repeat(161))).toMatchObject({ segments: 2, encoding: 'GSM-7' })
    expect(await countSegments('€'.repeat(80))).toMatchObject({ segments: 1, encoding: 'GSM-7', units: 160 })
    expect(await countSegments('código'.repeat(12))).toMatchObject({ segments: 2, encoding: 'UCS-2', units: 72 })
  })
})
