import type { Db } from '../../src/index.ts'
import type { AvalClient } from '../aval/client.ts'
import type { ReceiptReader } from '../aval/receipt.ts'

/** What the payout's commands may touch. */
export interface FlowDeps {
  db: Db
  /** 32 bytes that seal what is stored. */
  key: Uint8Array
  clock: { now(): number }
  aval: AvalClient
  readReceipt: ReceiptReader
  /** Where Aval's page sends the organizer when it is done. */
  returnUrl: string
  log: Log
}

export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
