import { describe, expect, it } from 'vitest'
import { isEmail, mailboxOf } from './email.ts'

describe('an e-mail address', () => {
  it('is taken as people have them', () => {
    for (const text of ['ana@example.com', 'Ana.Souza+repasse@sub.example.com.br', 'joão@exemplo.br', 'ana@açaí.br'])
      expect(isEmail(text), text).toBe(true)
  })

  it('is refused with a second recipient, line, quote or domain, and beyond what servers take', () => {
    for (const text of [
      'ana',
      'ana@',
      '@example.com',
      'ana@example',
      'ana@example.com,bia@example.com',
      'ana@example.com\nBcc: bia@example.com',
      '"ana"@example.com',
      'ana@bia@example.com',
      'ana@-example.com',
      `${'a'.repeat(65)}@example.com`,
      `ana@${'a.'.repeat(130)}br`,
    ])
      expect(isEmail(text), text).toBe(false)
  })

  it('is refused with characters that only look like others', () => {
    for (const text of [
      'mi\u212ae@example.com',
      'ana@\uff45xample.com',
      '\ufb01na@example.com',
      'anae\u0301@example.com',
    ])
      expect(isEmail(text), text).toBe(false)
  })
})

describe('a mailbox', () => {
  it('is the same in capitals and for each spelling of its domain', () => {
    expect(mailboxOf('Ana@Example.COM')).toBe('ana@example.com')
    expect(mailboxOf('ana@AÇAÍ.br')).toBe(mailboxOf('ana@xn--aa-4iaz.br'))
  })

  it('is another one for every other letter', () => {
    expect(mailboxOf('mi\u212ae@example.com')).not.toBe('mike@example.com')
    expect(mailboxOf('\u00c9va@example.com')).not.toBe(mailboxOf('\u00e9va@example.com'))
  })
})
