import { describe, expect, it } from 'vitest'
import { findTemplate, placeholders, templates } from './templates.ts'
import { missingValues, verificationMessage, verificationWords } from './verification-message.ts'

describe('verificationMessage', () => {
  it("is Twilio's default text, in three languages", () => {
    const plain = { friendlyName: 'Ingressos', code: '1234', doNotShare: false, minutes: 10 }
    expect(verificationMessage({ ...plain, locale: 'en' })).toBe('Your Ingressos verification code is: 1234')
    expect(verificationMessage({ ...plain, locale: 'pt-BR' })).toBe('Seu codigo de verificacao Ingressos e: 1234')
    expect(verificationMessage({ ...plain, locale: 'es' })).toContain('codigo')
  })

  it('holds amount and payee as they were given, the warning, and the app hash where Android looks for it', () => {
    const text = verificationMessage({
      friendlyName: 'Loja',
      code: '123456',
      locale: 'en',
      doNotShare: true,
      minutes: 10,
      appHash: 'He42w354ol9',
      amount: '39.99',
      payee: 'Acme & Söhne',
    })
    expect(text).toMatch(
      /^<#> Your Loja verification code is: 123456\. It authorises 39\.99 to Acme & Söhne\. Don't share/,
    )
    expect(text).toMatch(/ He42w354ol9$/)
  })
})

describe('verificationWords', () => {
  const message = { friendlyName: 'Loja', code: '0427', locale: 'pt-BR', doNotShare: false, minutes: 10 } as const

  it('asks for a key first on the phone, and says the code digit by digit, twice', () => {
    const said = 'Seu codigo de verificacao Loja e: 0, 4, 2, 7'
    expect(verificationWords('call', message, { pressKey: false }).body).toBe(`${said}. ${said}`)
    const keyed = verificationWords('call', message, { pressKey: true })
    expect(keyed.call).toMatchObject({ prompt: expect.stringMatching(/^Pressione qualquer tecla/), words: said })
    expect(keyed.body.match(/0, 4, 2, 7/g)).toHaveLength(2)
  })

  it('writes what names and amounts hold into a letter as text, and no code into its subject', () => {
    const payee = '<img src=//evil.example>\r\nBcc: a@evil.example'
    const { body, email } = verificationWords('email', { ...message, payee, amount: '<b>1</b>' }, { pressKey: false })
    expect(email?.html).toContain('&lt;img src=//evil.example> Bcc: a@evil.example')
    expect(email?.html).not.toMatch(/<img|<b>/)
    expect(email?.subject).not.toContain('0427')
    expect(email?.subject).not.toMatch(/[\r\n]/)
    expect(body).toContain('\n\n0427\n\n')
  })
})

describe('the catalogue of templates', () => {
  const plain = { friendlyName: 'Loja', code: '123456', locale: 'en', doNotShare: false, minutes: 7 } as const
  const choose = (n: number, substitutions: Record<string, string> = {}) => {
    const text = templates[n]
    if (!text) throw new Error('no such template')
    return { text, substitutions }
  }

  it('has one SID each, and the same placeholders in every language', () => {
    expect(new Set(templates.map(({ sid }) => sid)).size).toBe(templates.length)
    for (const one of templates) {
      expect(one.sid).toMatch(/^HJ[0-9a-f]{32}$/)
      expect(findTemplate(one.sid)).toBe(one)
      for (const text of Object.values(one.texts))
        expect([...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]))].sort()).toEqual(
          placeholders(one).sort(),
        )
    }
  })

  it('puts values in once, so that none brings a placeholder or a line of its own', () => {
    const template = choose(4, { domain: 'example.com{{code}}\nSecond', code: '999999' })
    expect(verificationMessage({ ...plain, template })).toBe(
      'Your Loja verification code is: 123456\n\n@example.com{{code}} Second #123456',
    )
    expect(verificationMessage({ ...plain, template: choose(2) })).toMatch(/good for 7 min$/)
  })

  it('says which values are missing', () => {
    expect(missingValues({ ...plain, template: choose(3) })).toEqual(['amount', 'payee'])
    expect(missingValues({ ...plain, amount: '10', payee: 'Ana', template: choose(3) })).toEqual([])
  })
})
