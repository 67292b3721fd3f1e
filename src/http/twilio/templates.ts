import type { FastifyInstance } from 'fastify'
import type { Template } from '../../channel/templates.ts'
import type { TwilioDoor } from './door.ts'
import { formOf } from './form.ts'
import { pageOf } from './page.ts'

/** When the catalogue was written. */
const written = '2026-11-23T00:00:00Z'

/** Templates: the texts that a service or a start can name. */
export function registerTemplates(scope: FastifyInstance, door: TwilioDoor): void {
  scope.get('/Templates', async (request) => {
    const wanted = formOf(request.query).text('FriendlyName')?.toLowerCase()
    const known = door.catalogue.filter(
      ({ friendlyName }) => wanted === undefined || friendlyName.toLowerCase() === wanted,
    )
    const read = async (offset: number, limit: number) => known.slice(offset, offset + limit)
    return pageOf(request, door, 'templates', read, (one) => templateBody(one, door.accountSid))
  })
}

function templateBody({ sid, friendlyName, channels, texts }: Template, accountSid: string) {
  const translations = Object.entries(texts).map(([locale, text]) => [
    locale,
    {
      is_default_translation: locale === 'en',
      status: 'approved',
      locale,
      text,
      date_created: written,
      date_updated: written,
    },
  ])
  return {
    sid,
    account_sid: accountSid,
    friendly_name: friendlyName,
    channels,
    translations: Object.fromEntries(translations),
  }
}
