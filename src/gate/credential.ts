import { z } from 'zod'
import { AvalError } from '../model/error.ts'
import type { AnswerOf, Assertion, Attestation } from '../verify/passkeys/credential.ts'

const base64url = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[A-Za-z0-9_-]+$/, 'is no base64url')
  .refine((text) => text.length % 4 !== 1, 'is no base64url')
  .transform((text) => Buffer.from(text, 'base64url').toString('base64url'))

const both = {
  id: base64url,
  rawId: base64url.optional(),
  type: z.literal('public-key'),
}
// Browsers add members as the standard grows; those that are read are read strictly.
const assertion = z.looseObject({
  ...both,
  response: z.looseObject({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: z.union([base64url, z.literal(''), z.null()]).optional(),
  }),
})
const attestation = z.looseObject({
  ...both,
  response: z.looseObject({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(10)
      .optional(),
  }),
})

/** An answer of navigator.credentials.get(), as its toJSON() gives it. Refuses with invalid_request what is none; that costs no try. */
export function readAssertionJson(value: unknown): AnswerOf<Assertion> {
  const { id, rawId, response } = parse(assertion, value)
  return {
    ids: idsOf(id, rawId),
    response: {
      clientDataJSON: response.clientDataJSON,
      authenticatorData: response.authenticatorData,
      signature: response.signature,
      userHandle: response.userHandle ? [response.userHandle] : undefined,
    },
  }
}

/** An answer of navigator.credentials.create(). As readAssertionJson. */
export function readAttestationJson(value: unknown): AnswerOf<Attestation> {
  const { id, rawId, response } = parse(attestation, value)
  const { clientDataJSON, attestationObject, transports = [] } = response
  return { ids: idsOf(id, rawId), response: { clientDataJSON, attestationObject, transports } }
}

function idsOf(id: string, rawId = id): string[] {
  if (id === rawId) return [id]
  throw new AvalError('invalid_request', 'The credential names itself in two ways.', {
    faults: [{ path: 'credential.rawId', message: 'is not the id' }],
  })
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => ({ path: ['credential', ...path].join('.'), message }))
  throw new AvalError('invalid_request', 'The credential is not of the form that a browser gives.', { faults })
}
