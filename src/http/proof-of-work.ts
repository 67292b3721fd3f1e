import { z } from 'zod'
import type { WorkProof } from '../model/proof-of-work.ts'

const hex = z.string().regex(/^[0-9a-f]{1,128}$/, 'is not lower-case hexadecimal')
const count = z.int().min(0).max(0xffff_ffff)
const word = z.string().max(64)

/** A proof of work as a browser sends it: the challenge as it was given, and what was worked out (ALTCHA 2's payload). */
export const proofOfWork: z.ZodType<WorkProof> = z.strictObject({
  challenge: z.strictObject({
    parameters: z.strictObject({
      algorithm: word,
      nonce: hex,
      salt: hex,
      cost: count,
      keyLength: count,
      keyPrefix: hex,
      keySignature: hex,
      expiresAt: count,
      data: z.strictObject({ key: word, bound: word }),
    }),
    signature: hex,
  }),
  solution: z.strictObject({ counter: count, derivedKey: hex, time: z.number().optional() }),
})

/** The proof in the field of a form; undefined where there is none that can be read. */
export function typedProof(text: unknown): WorkProof | undefined {
  if (typeof text !== 'string' || text.length > 4_000) return undefined
  try {
    return proofOfWork.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
