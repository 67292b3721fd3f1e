import { z } from 'zod'
import type { GivenAnswer } from '../../gate/check-transaction.ts'
import { AvalError } from '../../model/error.ts'
import { factors } from '../../model/factor.ts'
import { transactionStatuses } from '../../model/transaction.ts'
import { proofOfWork } from '../proof-of-work.ts'

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed(), 'holds half a character')
const name = line(200).regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds characters that cannot be shown')
const kind = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'is not of the form a-z, then a-z 0-9 _ . -')

const summary = z.strictObject({
  payee: line(120),
  amount: z
    .strictObject({ value: line(24), currency: z.string().regex(/^[A-Z]{3}$/, 'is no ISO 4217 code') })
    .optional(),
  fields: z
    .array(z.strictObject({ label: line(60), value: line(200) }))
    .max(20)
    .optional(),
})

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const taxId = z.string().regex(/^[A-Za-z0-9./ -]{5,40}$/, 'is no tax id')

/** The bodies and queries of /v1. Unknown members are refused on every route (OWASP ASVS 5.0, 15.3.3). */
export const createBody = z.strictObject({
  kind,
  subject: name,
  contact: z.strictObject({ phone: line(40).optional(), email: z.email().max(254).optional() }).optional(),
  summary,
  payload: z.unknown().refine((value) => value !== undefined, 'is required'),
  channels: z.array(z.enum(factors)).min(1).max(factors.length).optional(),
  factor: z.enum(factors).optional(),
  client: z
    .strictObject({
      ip: z.union([z.ipv4(), z.ipv6()]).optional(),
      user_agent: z.string().max(1000).optional(),
      device_id: z.string().max(200).optional(),
      phone_token: z
        .string()
        .regex(/^[\x21-\x7e]{1,8192}$/, 'is not visible ASCII')
        .optional(),
    })
    .optional(),
  context: z
    .strictObject({
      account_created_at: instant.optional(),
      password_changed_at: instant.optional(),
      owner_tax_id: taxId.optional(),
      payee_tax_id: taxId.optional(),
      payee_account: line(200).optional(),
    })
    .optional(),
  locale: z
    .string()
    .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}$/, 'is no BCP 47 language tag')
    .optional(),
  return_url: z.string().max(2048).optional(),
  expires_in: z.int().min(60).max(604_800).optional(),
  metadata: z
    .record(line(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .refine((all) => Object.keys(all).length <= 50, 'has more than 50 members')
    .optional(),
})
/** What every request about a subject's contacts and factors may say. */
const enrolment = {
  factor: z.enum(factors).optional(),
  client: createBody.shape.client,
  locale: createBody.shape.locale,
  return_url: createBody.shape.return_url,
  metadata: createBody.shape.metadata,
}
const oneOf = { path: ['phone'], message: 'is required, unless an email is sent' }
export const contactBody = z
  .strictObject({ ...enrolment, phone: line(40).optional(), email: line(254).optional(), hold: z.boolean().optional() })
  .refine(({ phone, email }) => (phone === undefined) !== (email === undefined), oneOf)
export const factorBody = z.strictObject({
  ...enrolment,
  type: z.enum(['totp', 'passkey'], 'is neither totp nor passkey'),
  name: name.max(60),
})
export const removalBody = z.strictObject(enrolment)
export const subjectPath = z.object({ subject: name })
export const challengeBody = z.strictObject({ factor: z.enum(factors), proof_of_work: proofOfWork.optional() })
export const checkBody = z
  .strictObject({
    code: z
      .string()
      .regex(/^[0-9]{4,10}$/, 'is not a string of ASCII digits')
      .optional(),
    credential: z.looseObject({}).optional(),
  })
  .refine(({ code, credential }) => (code === undefined) !== (credential === undefined), {
    path: ['code'],
    message: 'is required, unless a credential is sent',
  })
/** What was answered, of a body that checkBody let through. */
export function answerOf({ code, credential }: z.output<typeof checkBody>): GivenAnswer {
  return code === undefined ? { credential } : { code }
}
export const changeBody = z
  .strictObject({ summary: summary.optional(), payload: z.unknown().optional() })
  .refine((body) => 'summary' in body || 'payload' in body, 'has neither summary nor payload')
export const acknowledgeBody = z.strictObject({
  release_id: z.string().regex(/^[\x21-\x7e]{1,100}$/, 'is no release_id'),
})
export const reviewBody = z.strictObject({
  decision: z.enum(['release', 'deny'], 'is neither release nor deny'),
  why: line(200),
})
export const emptyBody = z.union([z.undefined(), z.null(), z.strictObject({})])
export const listQuery = z.strictObject({
  status: z.enum(transactionStatuses).optional(),
  subject: name.optional(),
  kind: kind.optional(),
  cursor: line(300).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'is no number')
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(20),
})

/** The parsed input, or invalid_request with every fault by path. Values are never repeated. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const outcome = schema.safeParse(input)
  if (outcome.success) return outcome.data
  const faults = outcome.error.issues.flatMap(faultsOf)
  throw new AvalError(
    'invalid_request',
    'The request has members that are missing, unknown or not of the right form.',
    { faults },
  )
}

function faultsOf(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key.slice(0, 64)].join('.'),
      message: 'is no member of this request',
    }))
  }
  if (issue.code === 'invalid_union') {
    return [{ path, message: 'fits none of the forms that this member may have' }]
  }
  return [{ path, message: issue.message }]
}
