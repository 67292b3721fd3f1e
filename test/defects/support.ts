import { payout } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'

/** A transaction as the API tells it. */
export interface Told {
  id: string
  status: string
  url: string
  digest: string
  client_secret: string
  next_action: { type: string; checks_left: number; sends_left: number }
}

/** Makes a transaction and sends its code. */
export async function ask(server: TestServer, more: Record<string, unknown> = {}): Promise<Told & { phone: string }> {
  const body = payout({ factor: 'sms', ...more })
  const { status, body: told } = await server.api<Told>('/v1/transactions', body)
  if (status !== 201) throw new Error(`no transaction was made (${status}: ${JSON.stringify(told)})`)
  return { ...told, phone: body.contact.phone }
}

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

export async function countMessages(server: TestServer): Promise<number> {
  const { body } = await server.api<{ messages: unknown[] }>('/dev/api/messages', undefined, { key: null })
  return body.messages.length
}
