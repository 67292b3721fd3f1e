import type { FastifyRequest } from 'fastify'
import { invalid } from './form.ts'

const sizeMax = 1000

/** One page of a list as Twilio answers it, with absolute addresses that SDKs follow as they are. */
export async function pageOf<T>(
  request: FastifyRequest,
  publicUrl: string,
  key: string,
  read: (offset: number, limit: number) => Promise<T[]>,
  body: (one: T) => object,
): Promise<object> {
  const query = request.query as Record<string, unknown>
  const size = number(query, 'PageSize', 50)
  const page = number(query, 'Page', 0)
  if (size < 1 || size > sizeMax) throw invalid('PageSize')
  const base = baseOf(request, publicUrl)
  const rows = await read(page * size, size + 1)
  const path = (request.url.split('?')[0] ?? '').replace(/^\/verify/, '')
  const urlOf = (index: number) => `${base}${path}?PageSize=${size}&Page=${index}`
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

/** SDKs follow these addresses as they are, past any base-URL setting: the caller's own Host when it is ours, else the public address. */
function baseOf({ headers: { host = '' }, socket, protocol }: FastifyRequest, publicUrl: string): string {
  const own = [`localhost:${socket.localPort}`, `127.0.0.1:${socket.localPort}`, `[::1]:${socket.localPort}`]
  return own.includes(host) ? `${protocol}://${host}` : publicUrl
}

function number(query: Record<string, unknown>, name: string, fallback: number): number {
  const text = query[name]
  if (text === undefined || text === '') return fallback
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text)) throw invalid(name)
  return Number(text)
}
