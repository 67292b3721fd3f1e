import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { encodingFor } from './encoding.ts'

const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** The headers of every page, beside those that every answer has (OWASP ASVS 5.0, 3.4). */
export const pageHeaders = {
  'content-security-policy': csp,
  'permissions-policy':
    'otp-credentials=(self), publickey-credentials-get=(self), payment=(self), camera=(), microphone=(), geolocation=()',
  'x-robots-tag': 'noindex, nofollow',
} as const

/** Answers with a page, as small as the browser takes it. Pages hold no secret that their length could tell (BREACH). */
export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  const encoding = encodingFor(reply.request.headers['accept-encoding'])
  reply.code(status).headers(pageHeaders).type('text/html; charset=utf-8').header('vary', 'accept-encoding')
  if (encoding === 'plain') return reply.send(html)
  reply.header('content-encoding', encoding)
  if (encoding === 'gzip') return reply.send(gzipSync(html))
  // Level 5 is four times as fast as the default for a few bytes more.
  return reply.send(brotliCompressSync(html, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }))
}

/** Sends the browser on, with the GET that keeps a refresh from repeating a form. */
export function sendOn(reply: FastifyReply, location: string): FastifyReply {
  return reply.headers(pageHeaders).redirect(location, 303)
}
