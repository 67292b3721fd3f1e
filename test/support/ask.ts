import { payout } from './doors.ts'
import type { TestServer } from './server.ts'

/** A transaction as the API tells it. */
export interface Told {
  id: string
  status: string
  url: string
  next_action: { checks_left: number }
}

/** A transaction, and the phone that its code goes to. */
export interface Asked extends Told {
  phone: string
}

/** Makes a transaction of a subject of its own, as a platform makes it; its code is sent at once unless `factor` is undefined. */
export async function ask(server: TestServer, more: Record<string, unknown> = {}): Promise<Asked> {
  const body = payout({ factor: 'sms', ...more })
  const { status, body: told } = await server.api<Told>('/v1/transactions', body)
  if (status !== 201) throw new Error(`no transaction was made (${status}: ${JSON.stringify(told)})`)
  return { ...told, phone: body.contact.phone }
}
