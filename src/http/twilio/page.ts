import type { FastifyRequest } from 'fastify'
import { invalidParameter } from '../../model/twilio-error.ts'
import { baseOf, type TwilioDoor } from './door.ts'

const sizeMax = 1000

/**
 * One page of a list as Twilio answers it, with absolute addresses. `read` gives the rows from `offset` on, `limit` of them at most;
 * filters of the request are kept in the addresses. 60200 for a PageSize above 1000.
 */
export async function pageOf<T>(
  request: FastifyRequest,
  door: Pick<TwilioDoor, 'publicUrl' | 'keys'>,
  key: string,
  read: (offset: number, limit: number) => Promise<T[]>,
  body: (one: T) => object,
): Promise<object> {
  const query = request.query as Record<string, unknown>
  const size = number(query, 'PageSize', 50)
  if (size < 1 || size > sizeMax) throw invalidParameter('PageSize')
  const page = pageNumber(query)
  const base = baseOf(request, door)
  const rows = await read(page * size, size + 1)
  const path = (request.url.split('?')[0] ?? '').replace(/^\/(verify|lookups)(?=\/v2\/)/, '')
  const filters = Object.entries(query).filter(([name]) => !['PageSize', 'Page', 'PageToken'].includes(name))
  const urlOf = (index: number) => {
    const kept = new URLSearchParams(filters as [string, string][])
    kept.set('PageSize', String(size))
    kept.set('Page', String(index))
    if (index > 0) kept.set('PageToken', tokenOf(index))
    return `${base}${path}?${kept}`
  }
  return {
    [key]: rows.slice(0, size).map(body),
    meta: {
      page,
      page_size: size,
      first_page_url: urlOf(0),
      previous_page_url: page > 0 ? urlOf(page - 1) : null,
      next_page_url: rows.length > size ? urlOf(page + 1) : null,
      url: urlOf(page),
      key,
    },
  }
}

/** The page that the token stands for; a token wins over a number, as it does at Twilio. */
function pageNumber(query: Record<string, unknown>): number {
  const token = query.PageToken
  if (token === undefined || token === '') return number(query, 'Page', 0)
  const index = typeof token === 'string' ? /^PA([0-9]{1,6})$/.exec(token)?.[1] : undefined
  if (index === undefined) throw invalidParameter('PageToken')
  return Number(index)
}

function tokenOf(index: number): string {
  return `PA${index}`
}

function number(query: Record<string, unknown>, name: string, fallback: number): number {
  const text = query[name]
  if (text === undefined || text === '') return fallback
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text)) throw invalidParameter(name)
  return Number(text)
}
