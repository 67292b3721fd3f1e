import type { ConnectionOptions } from 'node:tls'
import { domainToASCII } from 'node:url'
import type { Transporter } from 'nodemailer'
import { isEmail } from '../../lib/email.ts'
import type { Secret } from '../../lib/secret.ts'
import { type Carrier, CarrierRefusal } from '../carrier.ts'
import { refusalOf } from './refusal-of.ts'

/** A mail server, and the sender that it lets us be. */
export interface MailServer {
  /** smtp:// or smtps:// with user and password. */
  url: Secret
  /** Such as `Sympla <codes@example.com>`. */
  from: string
  /** For tests: how its certificate is judged, and whether TLS is asked for of this machine, too. */
  tls?: ConnectionOptions | undefined
  requireTls?: boolean | undefined
}

const connectMs = 5_000
const socketMs = 10_000

/**
 * E-mail by a mail server. Connections are encrypted unless the server is this machine (RFC 8314; no downgrade to plain text), and the
 * envelope has one recipient, whose address was checked before it came near a header (security case A81).
 */
export function createSmtp(server: MailServer): Carrier {
  let transport: Promise<Transporter> | undefined
  const domain = /@([^\s@>]+)>?\s*$/.exec(server.from)?.[1] ?? 'localhost'
  return {
    name: 'smtp',
    async send({ id, to, body, locale, email }) {
      const recipient = asciiAddress(to)
      if (!recipient || !email) throw new CarrierRefusal('permanent', 'address')
      transport ??= connect(server)
      const messageId = `<${id}@${domain}>`
      try {
        await (await transport).sendMail({
          envelope: { from: senderOf(server.from), to: [recipient] },
          from: server.from,
          to: { name: '', address: recipient },
          subject: email.subject.replace(/[\r\n]+/g, ' '),
          text: body,
          html: email.html,
          messageId,
          headers: {
            'Content-Language': locale,
            // Robots do not answer robots (RFC 3834), and out-of-office notes go nowhere.
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
          },
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        throw translated(error)
      }
      return { carrierId: id, status: 'sent' }
    },
    async close() {
      ;(await transport?.catch(() => undefined))?.close()
    },
  }
}

/** The address as SMTP takes it without extensions: ASCII, its domain as DNS knows it. Undefined for what is none. */
function asciiAddress(address: string): string | undefined {
  if (!isEmail(address)) return undefined
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  if (!/^[\x21-\x7e]+$/.test(local)) return undefined
  return `${local}@${domainToASCII(address.slice(at + 1))}`
}

function senderOf(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim()
}

async function connect({ url, tls, requireTls }: MailServer): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const { protocol, hostname, port, username, password } = new URL(url.reveal())
  const secure = protocol === 'smtps:'
  const here = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  return createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: requireTls ?? !here,
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...(tls && { tls }),
    pool: true,
    maxConnections: 2,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: socketMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** What the server said (RFC 5321, 4.2): 4xx may work later, 5xx will not; 5.1.x is the address's own fault (RFC 3463). */
function translated(error: unknown): CarrierRefusal {
  const { responseCode, response, code, syscall } = error as Partial<
    Record<'response' | 'code' | 'syscall', string>
  > & {
    responseCode?: number
  }
  if (syscall === 'connect' || syscall === 'getaddrinfo') return new CarrierRefusal('temporary', 'connection')
  if (code === 'EAUTH') return new CarrierRefusal('temporary', 'auth')
  if (code === 'ETLS' || code === 'ESOCKET') return new CarrierRefusal('temporary', 'tls')
  if (responseCode === undefined) return refusalOf(error)
  if (responseCode < 500) return new CarrierRefusal('temporary', String(responseCode))
  const isAddress =
    /^5\d\d[ -]5\.1\.\d/.test(response ?? '') || (responseCode === 550 && !/^5\d\d[ -]5\./.test(response ?? ''))
  return new CarrierRefusal(isAddress ? 'permanent' : 'channel', String(responseCode))
}
