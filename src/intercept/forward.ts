import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { InterceptedHost } from './hosts.ts'

// Longer than any SDK waits.
const answerTimeoutMs = 60_000

/** The Aval that requests are passed on to. */
export interface Upstream {
  /** Such as http://127.0.0.1:4010. */
  origin: string
  /** What proves to Aval that a request for this host came through its own interceptor. */
  tokenFor(host: InterceptedHost): string
}

// RFC 9110, 7.6.1, and what only a client's own next hop is to act upon.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
// Each hop writes these anew.
const ofThisHop = new Set(['host', 'content-length', 'expect', 'forwarded'])

/** Passes one request of a tunnel to `host` on to Aval, and the answer back. Without an answer it is Twilio's error 20503. */
export function forward(
  upstream: Upstream,
  host: InterceptedHost,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const named = incoming.headersDistinct.host ?? []
  const misdirected = named.some((name) => name.toLowerCase() !== host && name.toLowerCase() !== `${host}:443`)
  if (misdirected || !incoming.url?.startsWith('/')) {
    refuse(incoming, response, 404, 20404, `The requested resource was not found on ${host}`)
    return
  }
  const outgoing = request(upstream.origin, {
    method: incoming.method,
    path: incoming.url,
    headers: [...passedOn(incoming), ...framing(incoming), 'Host', host, 'X-Aval-Intercept', upstream.tokenFor(host)],
    // A connection for each request: one that is kept may be closed by a restart of Aval just as a request is written.
    agent: false,
    timeout: answerTimeoutMs,
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
  outgoing.on('error', () => {
    refuse(incoming, response, 503, 20503, `Aval does not answer at ${upstream.origin}: start it with npm start`)
  })
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer))
    pipeline(answer, response, () => {})
  })
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** The client's own headers, without those that only Aval's own hops may say. */
function passedOn(incoming: IncomingMessage): string[] {
  return endToEnd(
    incoming,
    (name) => ofThisHop.has(name) || name.startsWith('x-aval-') || name.startsWith('x-forwarded-'),
  )
}

/** The length of the body as the parser understood it. Said for every method, for a body without it would read as a next request. */
function framing({ headers }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked']
  const length = headers['content-length']
  return length === undefined ? [] : ['Content-Length', length]
}

function endToEnd(
  { rawHeaders, headers }: IncomingMessage,
  dropped: (name: string) => boolean = () => false,
): string[] {
  const listed = new Set((headers.connection ?? '').toLowerCase().split(/[\s,]+/))
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    const lower = name.toLowerCase()
    if (!hopByHop.has(lower) && !listed.has(lower) && !dropped(lower)) kept.push(name, value)
  }
  return kept
}

function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: number,
  message: string,
): void {
  incoming.unpipe()
  incoming.resume()
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  })
  response.end(body)
}
