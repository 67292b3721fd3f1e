import formbody from '@fastify/formbody'
import type { FastifyError, FastifyInstance } from 'fastify'
import { type Db, StoreUnavailable } from '../src/index.ts'
import { createAvalClient } from './aval/client.ts'
import { createReceiptReader } from './aval/receipt.ts'
import type { FlowDeps, Log } from './flow/deps.ts'
import { settleAll, settleDue } from './flow/sweep.ts'
import { registerActions } from './http/actions.ts'
import { securityHeaders } from './http/headers.ts'
import { localeCookie, withoutLanguage } from './http/language.ts'
import { registerPages } from './http/pages.ts'
import { isOwnPost } from './http/same-site.ts'
import { registerSecurity } from './http/security.ts'
import { createShow, type Show } from './http/show.ts'
import { sampleOrganizer } from './model/organizer.ts'
import { makeTables } from './store/tables.ts'
import { findLocale } from './text/locale.ts'

export interface PlatformOptions {
  /** Where the platform's server reaches Aval. */
  avalUrl: string
  /** Where browsers reach the portal. */
  publicUrl: string
  apiKey: { reveal(): string }
  db: Db
  /** 32 bytes that seal bank data in the platform's tables. */
  key: Uint8Array
  clock: { now(): number }
  /** Whether messages stay on this machine, which the banner says. */
  local: boolean
  assetUrl(name: 'portal' | 'portal-style'): string
  log: Log
  fetch?: typeof fetch
}

export interface Platform {
  /** Finishes every payout that Aval has decided, now. */
  settle(): Promise<void>
  /** Stops the sweeper once its work in hand is done. */
  close(): Promise<void>
}

const sweepMs = 2000
const bodyLimit = 16_384

/** The organizer's portal: a customer of Aval like any other, with an API key and an HTTP address. */
export function registerPlatform(app: FastifyInstance, options: PlatformOptions): Platform {
  const flow = createFlow(options)
  const show = createShow({ ...options, organizer: sampleOrganizer })

  app.register(async (scope) => {
    if (!scope.hasContentTypeParser('application/x-www-form-urlencoded')) await scope.register(formbody, { bodyLimit })
    protect(scope, options, show)
    registerPages(scope, { flow, show, organizer: sampleOrganizer, publicUrl: options.publicUrl })
    registerSecurity(scope, { flow, show, organizer: sampleOrganizer, publicUrl: options.publicUrl })
    registerActions(scope, { flow, organizer: sampleOrganizer })
  })
  return startSweeper(app, flow)
}

function createFlow({ avalUrl, publicUrl, apiKey, db, key, clock, log, fetch }: PlatformOptions): FlowDeps {
  const reach = { avalUrl, ...(fetch ? { fetch } : {}) }
  return {
    db,
    key,
    clock,
    log,
    aval: createAvalClient({ ...reach, apiKey }),
    readReceipt: createReceiptReader(reach),
    returnUrl: new URL('/repasse/retorno', publicUrl).href,
  }
}

function protect(scope: FastifyInstance, options: PlatformOptions, show: Show): void {
  const headers = securityHeaders(options.publicUrl)
  scope.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return isOwnPost(request.headers, options) ? undefined : show.forbidden(request, reply)
    }
    const locale = findLocale((request.query as Record<string, unknown>).lang)
    if (locale) return reply.header('set-cookie', localeCookie(locale)).redirect(withoutLanguage(request.url), 303)
  })
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error instanceof StoreUnavailable ? 503 : (error.statusCode ?? 500)
    if (status >= 500) options.log.error({ err: error }, 'a page of the portal failed')
    if (status === 503) reply.header('retry-after', '5')
    return show.failed(request, reply, status)
  })
}

function startSweeper(app: FastifyInstance, flow: FlowDeps): Platform {
  let running: Promise<void> = Promise.resolve()
  let busy = false
  const sweep = (work: (deps: FlowDeps) => Promise<void>) => {
    busy = true
    running = running
      .then(() => work(flow))
      .catch((error: unknown) => flow.log.warn({ err: error }, 'open payouts could not be looked at'))
      .finally(() => {
        busy = false
      })
    return running
  }
  let timer: NodeJS.Timeout | undefined
  app.addHook('onReady', async () => {
    await makeTables(flow.db)
    timer = setInterval(() => busy || sweep(settleDue), sweepMs).unref()
  })
  return {
    settle: () => sweep(settleAll),
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
