import { AvalError } from '../model/error.ts'
import { canonicalJson } from './digest.ts'
import type { Policy } from './policy.ts'

const payloadMaxBytes = 64 * 1024

/** Refuses a payload that is too large, has no canonical form (a number that is none, half a character), or does not fit its kind. */
export function refusePayload(kind: string, policy: Policy, payload: unknown): void {
  if (Buffer.byteLength(canonical(payload)) > payloadMaxBytes) {
    throw new AvalError('payload_too_large', 'The payload is larger than 64 KB.')
  }
  const checked = policy.payload.safeParse(payload)
  if (checked.success) return
  const faults = checked.error.issues.map(({ path, message }) => ({ path: ['payload', ...path].join('.'), message }))
  throw new AvalError('payload_invalid', `The payload does not fit the kind ${kind}.`, { faults })
}

function canonical(payload: unknown): string {
  try {
    return canonicalJson(payload)
  } catch {
    const message = 'holds something that JSON cannot carry, such as a number that is too large'
    throw new AvalError('payload_invalid', `The payload ${message}.`, { faults: [{ path: 'payload', message }] })
  }
}
