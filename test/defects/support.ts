import type { Told } from '../support/ask.ts'
import type { TestServer } from '../support/server.ts'

export async function read(server: TestServer, id: string): Promise<Told> {
  return (await server.api<Told>(`/v1/transactions/${id}`)).body
}

/** What happened to a transaction, oldest first. */
export async function eventsOf(server: TestServer, id: string): Promise<string[]> {
  const { body } = await server.api<{ data: { type: string }[] }>(`/v1/transactions/${id}/events`)
  return body.data.map(({ type }) => type.replace('transaction.', ''))
}

/** Checks a code through the API. */
export function check(server: TestServer, id: string, code: string) {
  return server.api<Told & { code?: string }>(`/v1/transactions/${id}/checks`, { code })
}

/** How many messages were sent; to one recipient when asked. */
export async function countMessages(server: TestServer, to?: string): Promise<number> {
  const path = `/dev/api/messages${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`
  const { body } = await server.api<{ messages: unknown[] }>(path, undefined, { key: null })
  return body.messages.length
}
