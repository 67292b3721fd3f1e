import { CarrierRefusal } from '../carrier.ts'

/** Codes of Node's sockets that say that no connection came about, so nothing left. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Why nothing was answered: `connection` where none came about, `timeout` where the message may have left. */
export function refusalOf(error: unknown): CarrierRefusal {
  if (error instanceof CarrierRefusal) return error
  const { code, cause, name } = error as { code?: string; cause?: { code?: string }; name?: string }
  if (notConnected.has(code ?? '') || notConnected.has(cause?.code ?? ''))
    return new CarrierRefusal('temporary', 'connection')
  if (name === 'TimeoutError' || code === 'ECONNABORTED' || code === 'ETIMEDOUT')
    return new CarrierRefusal('temporary', 'timeout')
  return new CarrierRefusal('temporary', 'unknown')
}
