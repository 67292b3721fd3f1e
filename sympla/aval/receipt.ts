import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { z } from 'zod'

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  jti: z.string(),
  tx: z.string(),
  ver: z.number(),
  digest: z.string(),
  iat: z.number(),
  approved_at: z.iso.datetime(),
  /** The phone that approved, masked to its last four digits. */
  contact: z.string().nullish(),
  /** Whether the approval made that phone the subject's own. */
  enrolled: z.boolean(),
})
export type ReceiptClaims = z.infer<typeof claimsSchema>

/** What a receipt must speak of. */
export interface ReceiptExpectation {
  transactionId: string
  releaseId: string
  subject: string
}

/** Gives the claims of a receipt that Aval signed for exactly this release; throws for any other. */
export type ReceiptReader = (receipt: string, expected: ReceiptExpectation) => Promise<ReceiptClaims>

/** Reads receipts with the keys that Aval publishes. */
export function createReceiptReader({
  avalUrl,
  fetch,
}: {
  avalUrl: string
  fetch?: typeof globalThis.fetch
}): ReceiptReader {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', avalUrl), fetch ? { [customFetch]: fetch } : {})
  return async (receipt, { transactionId, releaseId, subject }) => {
    const { payload } = await jwtVerify(receipt, keys, { subject, algorithms: ['EdDSA'] })
    const claims = claimsSchema.parse(payload)
    if (claims.tx !== transactionId || claims.jti !== releaseId) throw new Error('a receipt speaks of another release')
    return claims
  }
}
