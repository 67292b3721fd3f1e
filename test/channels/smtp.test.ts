import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { resilient } from '../../src/channel/carriers/resilient.ts'
import { createSmtp } from '../../src/channel/carriers/smtp.ts'
import { Secret } from '../../src/lib/secret.ts'
import { carrierLog } from '../support/carrier-log.ts'
import { messageBy } from '../support/message.ts'

const password = 'smtp-password-canary'
const from = 'Sympla <codes@aval.test>'

interface Letter {
  rcpt: string[]
  sender: string
  raw: string
  secure: boolean
}

/** A real mail server on loopback, with its own certificate, that keeps what it is given. */
async function openMail(options: SMTPServerOptions = {}, refuse?: (address: string) => Error | undefined) {
  const letters: Letter[] = []
  const server = new SMTPServer({
    logger: false,
    authOptional: false,
    onAuth: ({ username, password: given }, _session, done) =>
      username === 'aval' && given === password
        ? done(null, { user: 'aval' })
        : done(new Error('Invalid username or password')),
    onRcptTo: ({ address }, _session, done) => done(refuse?.(address)),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        letters.push({
          rcpt: session.envelope.rcptTo.map(({ address }) => address),
          sender: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          raw: Buffer.concat(chunks).toString(),
          secure: session.secure,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.server.address() as AddressInfo
  const url = (host = '127.0.0.1', secret = password) => new Secret(`smtp://aval:${secret}@${host}:${port}`)
  const rejectUnauthorized = false
  const carrier = createSmtp({ url: url(), from, tls: { rejectUnauthorized } })
  onTestFinished(async () => {
    await carrier.close?.()
    await new Promise<void>((done) => server.close(() => done()))
  })
  return { letters, url, carrier }
}

const refusalOf = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

describe('a mail server', () => {
  it('gets one letter for one recipient, encrypted, with a plain part, a page, and the code in no subject', async () => {
    const { carrier, letters } = await openMail()
    const message = messageBy('email')
    expect(await carrier.send(message)).toEqual({ carrierId: 'msg_1', status: 'sent' })
    const [letter] = letters
    expect(letter).toMatchObject({ rcpt: ['ana@example.com'], sender: 'codes@aval.test', secure: true })
    const mail = await PostalMime.parse(letter?.raw ?? '')
    expect(mail).toMatchObject({
      from: { name: 'Sympla', address: 'codes@aval.test' },
      to: [{ address: 'ana@example.com' }],
      subject: 'Sympla: confirme repasse de R$ 12.500,00',
      messageId: '<msg_1@aval.test>',
    })
    expect(mail.subject).not.toContain('493027')
    expect(mail.text).toContain('493027')
    expect(mail.html).toContain('493027')
    expect(mail.html).toContain('Aurora Eventos Ltda')
    expect(mail.html).not.toMatch(/<img|<script|href=|src=/)
    const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
    expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'content-language': 'pt-BR' })
  })

  it('says the same in three languages', async () => {
    const { carrier, letters } = await openMail()
    for (const locale of ['pt-BR', 'en', 'es'] as const) await carrier.send(messageBy('email', { locale }))
    const subjects = await Promise.all(letters.map(async ({ raw }) => (await PostalMime.parse(raw)).subject))
    expect(subjects).toEqual([
      'Sympla: confirme repasse de R$ 12.500,00',
      'Sympla: confirm payout of R$12,500.00',
      'Sympla: confirme cobro de 12.500,00 R$',
    ])
  })

  it('gets no header, recipient or markup out of a name', async () => {
    const { carrier, letters } = await openMail()
    const evil = 'a\r\nBcc: evil@evil.example\r\n\r\n<img src=//evil.example onerror=alert(1)>'
    await carrier.send(messageBy('email', { payee: evil, brand: evil }))
    const mail = await PostalMime.parse(letters[0]?.raw ?? '')
    expect(letters[0]?.rcpt).toEqual(['ana@example.com'])
    expect(mail.bcc ?? []).toEqual([])
    expect(mail.headers.map(({ key }) => key)).not.toContain('bcc')
    expect(mail.html).not.toContain('<img')
    expect(mail.html).toContain('&lt;img')
  })

  it.each([
    '"evil@evil.example y"@victim.example',
    'a@victim.example, evil@evil.example',
    'a@victim.example\r\nRCPT TO:<evil@evil.example>',
    'friends: a@victim.example, b@victim.example;',
    'a(comment)@victim.example',
    'аna@example.com',
    'ana@',
  ])('is not spoken to for the address %j', async (to) => {
    const { carrier, letters } = await openMail()
    await expect(carrier.send(messageBy('email', { to }))).rejects.toMatchObject({ kind: 'permanent', code: 'address' })
    expect(letters).toEqual([])
  })

  it('finds a domain with accents where DNS has it', async () => {
    const { carrier, letters } = await openMail()
    await carrier.send(messageBy('email', { to: 'ana@padaria-são.example' }))
    expect(letters[0]?.raw).toMatch(/^To: ana@xn--padaria-so-n5a\.example\r$/m)
  })

  it.each([
    [550, '5.1.1 No such user', 'permanent'],
    [550, 'User unknown', 'permanent'],
    [550, '5.7.1 Blocked', 'channel'],
    [552, '5.2.2 Mailbox full', 'channel'],
    [451, '4.7.1 Greylisted', 'temporary'],
  ])('that answers %i %s has said that it is %s', async (code, text, kind) => {
    const { carrier, letters } = await openMail({}, () => refusalOf(code, text))
    await expect(carrier.send(messageBy('email'))).rejects.toMatchObject({ kind, code: String(code) })
    expect(letters).toEqual([])
  })

  it('gets no letter when nobody vouches for its certificate', async () => {
    const tls = await openMail()
    await expect(createSmtp({ url: tls.url(), from }).send(messageBy('email'))).rejects.toMatchObject({
      kind: 'temporary',
      code: 'tls',
    })
    expect(tls.letters).toEqual([])
  })

  it('is asked with TLS required by anybody but this machine', async () => {
    const plain = await openMail({ disabledCommands: ['STARTTLS'] })
    const strict = createSmtp({ url: plain.url(), from, requireTls: true })
    await expect(strict.send(messageBy('email'))).rejects.toMatchObject({ kind: 'temporary' })
    expect(plain.letters).toEqual([])
  })

  it('that refuses the password hears it in no log and no error', async () => {
    const { url } = await openMail()
    const heard = carrierLog()
    const wrong = createSmtp({ url: url('127.0.0.1', 'wrong-canary'), from, tls: { rejectUnauthorized: false } })
    const error = await resilient(wrong, heard)
      .send(messageBy('email'))
      .catch((one: Error) => one)
    expect(error).toMatchObject({ kind: 'temporary', code: 'auth' })
    for (const text of [...heard.lines, String((error as Error).message)])
      expect(text).not.toMatch(/canary|ana@example|493027/)
  })

  it('that is not there is asked once more, and the letter is refused as temporary', async () => {
    const carrier = resilient(createSmtp({ url: new Secret('smtp://aval:x@127.0.0.1:9'), from }), carrierLog())
    await expect(carrier.send(messageBy('email'))).rejects.toMatchObject({ kind: 'temporary', code: 'connection' })
  })
})
