import { z } from 'zod'
import { factors } from '../model/factor.ts'
import type { FallbackStep } from '../model/transaction.ts'
import { builtInPolicies, factorsOf, isEnrolmentKind, type Policies, type Policy } from './policy.ts'

const amount = z.string().regex(/^\d{1,12}(\.\d{1,4})?$/, 'is no amount such as "100000.00"')
const assurance = z.enum(['low', 'substantial', 'high'], 'is none of low, substantial, high')
const codeLength = z.int().min(6, 'is below 6').max(10, 'is above 10')
const step = z
  .string()
  .regex(/^(sms|whatsapp|call|email)( [1-9]\d{0,2}s)?$/, 'is no channel and wait such as "whatsapp 20s"')
  .transform((text): FallbackStep => {
    const [channel, wait] = text.split(' ')
    return { channel: channel as FallbackStep['channel'], waitS: Number.parseInt(wait ?? '0', 10) }
  })

const rules = z
  .strictObject({
    factors: z
      .array(z.enum(factors))
      .min(1)
      .refine((given) => new Set(given).size === given.length, 'has a factor twice'),
    assurance,
    code_length: codeLength,
    code_ttl: z.int().min(60).max(600, 'is above ten minutes'),
    expires_in: z.int().min(60).max(604_800),
    show: z.enum(['page', 'message'], 'is neither page nor message'),
    amount: z.enum(['required', 'optional'], 'is neither required nor optional'),
    assessed: z.boolean('is neither true nor false'),
    fallback: z
      .array(step)
      .max(5)
      .refine((steps) => new Set(steps.map(({ channel }) => channel)).size === steps.length, 'has a channel twice')
      .refine(
        (steps) => steps.slice(0, -1).every(({ waitS }) => waitS > 0),
        'has a channel without a wait before another',
      ),
    above: z.array(z.strictObject({ amount, assurance: assurance.optional(), code_length: codeLength.optional() })),
  })
  .partial()
const seconds = z.int().min(0).max(2_592_000)
const file = z
  .strictObject({
    default: rules,
    kinds: z
      .record(z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'is no kind'), rules)
      .refine((kinds) => !Object.keys(kinds).some(isEnrolmentKind), "names a kind of Aval's own"),
    cool_down: seconds,
    hold: seconds,
    seasoned: seconds,
  })
  .partial()

/** The policies that this table (TOML) makes of the built-in ones, or every fault by its path. */
export function readPolicies(table: unknown): { policies: Policies } | { faults: string[] } {
  const read = file.safeParse(table)
  if (!read.success) {
    return { faults: read.error.issues.flatMap((issue) => namesOf(issue).map((path) => `${path} ${textOf(issue)}`)) }
  }
  const { default: usualRules = {}, kinds = {}, cool_down, hold, seasoned } = read.data
  const usual = changed(builtInPolicies.usual, usualRules)
  const known = new Set([...Object.keys(builtInPolicies.byKind), ...Object.keys(kinds)])
  const byKind: Record<string, Policy> = {}
  for (const kind of known) {
    const own = Object.hasOwn(builtInPolicies.byKind, kind) ? builtInPolicies.byKind[kind] : undefined
    byKind[kind] = changed(own ? changed(own, usualRules) : usual, kinds[kind] ?? {})
  }
  const faults = [
    ...faultsOf('default', usual, usualRules),
    ...Object.entries(kinds).flatMap(([kind, given]) => faultsOf(`kinds.${kind}`, byKind[kind] as Policy, given)),
  ]
  if (faults.length > 0) return { faults }
  return {
    policies: {
      byKind,
      usual,
      coolDownMs: (cool_down ?? builtInPolicies.coolDownMs / 1000) * 1000,
      holdMs: (hold ?? builtInPolicies.holdMs / 1000) * 1000,
      seasonedMs: (seasoned ?? builtInPolicies.seasonedMs / 1000) * 1000,
    },
  }
}

/** What can be read and can never work. */
function faultsOf(path: string, policy: Policy, { fallback = [] }: z.output<typeof rules>): string[] {
  const left = factorsOf(policy)
  return [
    ...(left.length === 0
      ? [`${path}.factors has none that shows payee and amount itself, as show = "message" asks`]
      : []),
    ...fallback
      .filter(({ channel }) => !left.includes(channel))
      .map(({ channel }) => `${path}.fallback has ${channel}, which is none of its factors`),
  ]
}

function changed(policy: Policy, given: z.output<typeof rules>): Policy {
  return {
    ...policy,
    ...(given.factors && { factors: given.factors }),
    ...(given.assurance && { assurance: given.assurance }),
    ...(given.assessed !== undefined && { assessed: given.assessed }),
    ...(given.code_length && { codeLength: given.code_length }),
    ...(given.code_ttl && { codeTtlMs: given.code_ttl * 1000 }),
    ...(given.expires_in && { expiresInS: given.expires_in }),
    ...(given.fallback && { fallback: given.fallback }),
    ...(given.above && {
      above: given.above.map((rule) => ({
        amount: rule.amount,
        assurance: rule.assurance,
        codeLength: rule.code_length,
      })),
    }),
    shown: { amount: given.amount ?? policy.shown.amount, where: given.show ?? policy.shown.where },
  }
}

function namesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [issue.path.join('.') || 'the file']
  return issue.keys.map((key) => [...issue.path, key].join('.'))
}

function textOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? 'is no rule' : issue.message
}
