import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Organizer } from '../model/organizer.ts'
import { type Page, type PageContext, renderPage } from '../pages/layout.tsx'
import { plainPage } from '../pages/outcome-page.tsx'
import { textFor } from '../text/catalogue.ts'
import { chosenLocale, withoutLanguage } from './language.ts'

/** Answers with a page in the reader's language. */
export interface Show {
  (request: FastifyRequest, reply: FastifyReply, compose: (context: PageContext) => Page): FastifyReply
  notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply
  forbidden(request: FastifyRequest, reply: FastifyReply): FastifyReply
  failed(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply
}

export interface ShowOptions {
  organizer: Organizer
  local: boolean
  assetUrl(name: 'portal' | 'portal-style'): string
}

/** Makes the portal's way to answer. */
export function createShow({ organizer, local, assetUrl }: ShowOptions): Show {
  const show = (request: FastifyRequest, reply: FastifyReply, compose: (context: PageContext) => Page) => {
    const locale = chosenLocale(request.headers.cookie)
    // The address of a form is no page: its languages are chosen where the forms are.
    const here = request.method === 'GET' ? withoutLanguage(request.url) : '/repasse'
    const context = { locale, text: textFor(locale), organizer, local, assetUrl, here }
    return reply.header('content-type', 'text/html; charset=utf-8').send(renderPage(context, compose(context)))
  }
  const plain =
    (title: 'notFoundTitle' | 'forbiddenTitle' | 'failedTitle', sentence: 'notFound' | 'forbidden' | 'failed') =>
    (context: PageContext) =>
      plainPage({ title: context.text[title], sentence: context.text[sentence], home: context.text.outcomeHome })
  return Object.assign(show, {
    notFound: (request: FastifyRequest, reply: FastifyReply) =>
      show(request, reply.code(404), plain('notFoundTitle', 'notFound')),
    forbidden: (request: FastifyRequest, reply: FastifyReply) =>
      show(request, reply.code(403), plain('forbiddenTitle', 'forbidden')),
    failed: (request: FastifyRequest, reply: FastifyReply, status: number) =>
      show(request, reply.code(status), plain('failedTitle', 'failed')),
  })
}
