import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { access } from './doors.ts'
import { createCodeWriter, reportReady } from './serve.ts'

const authorization = {
  v2: Buffer.from(`Basic ${Buffer.from(`${access.accountSid}:${access.authToken}`).toString('base64')}`),
  v1: Buffer.from(`Bearer ${access.apiKey}`),
}

/** The limit: the same requests and answers of about the same length, straight on node:http, with nothing stored. */
export function serveBare(): void {
  const writeCode = createCodeWriter()
  const codes = new Map<string, string>()

  function begin(to: string, id: string): void {
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    codes.set(id, code)
    writeCode(to, code)
  }

  function end(id: string, code: string): 'approved' | 'pending' {
    if (codes.get(id) !== code) return 'pending'
    codes.delete(id)
    return 'approved'
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const [, door, , id = ''] = (request.url ?? '').split('/')
      if (door === 'v2' && isAuthorized(request, 'v2')) {
        const form = new URLSearchParams(body)
        const to = form.get('To') ?? ''
        const code = form.get('Code')
        if (code === null) begin(to, to)
        answer(response, code === null ? 201 : 200, verification(to, code === null ? 'pending' : end(to, code)))
      } else if (door === 'v1' && isAuthorized(request, 'v1')) {
        const given = JSON.parse(body)
        if (id) {
          answer(response, 200, transaction(id, end(id, given.code)))
          return
        }
        const fresh = `tx_${randomBytes(12).toString('base64url')}`
        begin(given.contact.phone, fresh)
        answer(response, 201, transaction(fresh, 'pending'))
      } else {
        answer(response, 401, {})
      }
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => reportReady((server.address() as AddressInfo).port))
}

function isAuthorized(request: IncomingMessage, door: 'v1' | 'v2'): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  return given.length === authorization[door].length && timingSafeEqual(given, authorization[door])
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function verification(to: string, status: string): object {
  const at = new Date().toISOString()
  const sid = `VE${randomBytes(16).toString('hex')}`
  return {
    sid,
    service_sid: access.serviceSid,
    account_sid: access.accountSid,
    to,
    channel: 'sms',
    status,
    valid: status === 'approved',
    amount: null,
    payee: null,
    lookup: {},
    send_code_attempts: [{ attempt_sid: `VL${randomBytes(16).toString('hex')}`, channel: 'sms', time: at }],
    date_created: at,
    date_updated: at,
    url: `http://localhost:4000/v2/Services/${access.serviceSid}/Verifications/${sid}`,
  }
}

function transaction(id: string, status: string): object {
  const at = new Date().toISOString()
  return {
    id,
    object: 'transaction',
    kind: 'payout.withdraw',
    subject: 'organizer',
    status,
    version: 1,
    summary: { payee: 'Ana Lima', amount: { value: '12500.00', currency: 'BRL' }, fields: [] },
    digest: 'A'.repeat(43),
    client_secret: 'A'.repeat(60),
    url: `http://localhost:4000/t/${id}?k=${'A'.repeat(43)}`,
    next_action: {
      type: 'enter_code',
      channel: 'sms',
      to: '1234',
      sent_at: at,
      checks_left: 5,
      sends_left: 4,
      factors: ['sms'],
    },
    created_at: at,
    expires_at: at,
  }
}
