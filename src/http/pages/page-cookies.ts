import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Factor } from '../../model/factor.ts'
import { acceptedLocale, type Locale, nearestLocale } from '../../model/locale.ts'
import { heldFrom } from './held-ways.ts'

/** The cookies of the hosted pages. Over https they carry `__Host-`, so no other host can set them (RFC 6265bis; security case A118). */
export interface PageCookies {
  readKey(request: FastifyRequest, id: string): string
  keepKey(request: FastifyRequest, reply: FastifyReply, id: string, key: string): void
  /** What names this browser, the same for all transactions; undefined where it has no name yet. */
  readDevice(request: FastifyRequest): string | undefined
  /** Names the browser, or keeps its name for as long again. */
  keepDevice(reply: FastifyReply, name: string): void
  /** The ways that the guard held up for this transaction lately. */
  readHeld(request: FastifyRequest, id: string): Set<Factor>
  keepHeld(reply: FastifyReply, id: string, held: ReadonlySet<Factor>): void
  /** The language of the link, else of the cookie, else `preferred`, else of the browser. A language in the link is kept. */
  locale(request: FastifyRequest, reply: FastifyReply, preferred?: Locale): Locale
}

/** One cookie a transaction, so that two tabs do not take each other's page away. */
const keysMax = 12

/** As long as browsers keep one (RFC 6265bis, 5.5). */
const deviceMaxAgeS = 400 * 86_400
/** What is held up for long is asked for again in between. */
const heldMaxAgeS = 15 * 60
const deviceForm = /^[\w-]{22}$/

export function pageCookies(https: boolean): PageCookies {
  const prefix = https ? '__Host-aval_' : 'aval_'
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: https } as const
  return {
    readKey: (request, id) => request.cookies[prefix + id] ?? '',
    keepKey(request, reply, id, key) {
      const known = Object.keys(request.cookies).filter((name) => name.startsWith(`${prefix}tx_`))
      // Browsers send every cookie every time: a header too long would shut its owner out.
      if (known.length >= keysMax) for (const name of known) reply.clearCookie(name, options)
      reply.setCookie(prefix + id, key, options)
    },
    readDevice(request) {
      const name = request.cookies[`${prefix}device`]
      return name && deviceForm.test(name) ? name : undefined
    },
    keepDevice: (reply, name) => {
      reply.setCookie(`${prefix}device`, name, { ...options, maxAge: deviceMaxAgeS })
    },
    readHeld(request, id) {
      const [of, ...names] = (request.cookies[`${prefix}held`] ?? '').split('.')
      return heldFrom(of === id ? names : [])
    },
    keepHeld: (reply, id, held) => {
      if (held.size === 0) reply.clearCookie(`${prefix}held`, options)
      else reply.setCookie(`${prefix}held`, [id, ...held].join('.'), { ...options, maxAge: heldMaxAgeS })
    },
    locale(request, reply, preferred) {
      const { lang } = request.query as { lang?: unknown }
      const asked = typeof lang === 'string' ? nearestLocale(lang) : undefined
      if (asked) reply.setCookie(`${prefix}lang`, asked, { ...options, maxAge: 31_536_000 })
      return (
        asked ??
        nearestLocale(request.cookies[`${prefix}lang`]) ??
        preferred ??
        acceptedLocale(request.headers['accept-language'])
      )
    },
  }
}
