import type { Instant } from '../lib/clock.ts'

/** One move of one transaction or verification. `hash` covers every member and the hash before it. */
export interface AuditEvent {
  chain: string
  seq: number
  type: string
  status: string
  version: number
  digest: string
  createdAt: Instant
  ip: string
  hash: string
}
