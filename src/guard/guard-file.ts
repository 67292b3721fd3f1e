import { z } from 'zod'
import type { SendRules } from './decide-send.ts'
import { type Part, type PartValue, parts, withPart } from './guard-parts.ts'

const mode = z.enum(['enforce', 'shadow', 'off'], 'is none of enforce, shadow, off')
const file = z
  .strictObject({
    mode,
    buckets: mode,
    home: z.string().regex(/^[A-Z]{2}$/, 'is no two-letter code'),
    ...parts,
  })
  .partial()

/** What a file says of the guard. `mode`, `buckets` and `home` are for a replay: a server has settings for them. */
export type GuardFile = z.output<typeof file>

/** The guard that this table (TOML or JSON) describes, or every fault by its path. */
export function readGuardTable(table: unknown): { value: GuardFile } | { faults: string[] } {
  const read = file.safeParse(table)
  if (read.success) return { value: read.data }
  return {
    faults: read.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `${[...issue.path, key].join('.')} is no rule of the guard`)
        : [`${issue.path.join('.') || 'the file'} ${issue.message}`],
    ),
  }
}

/** The rules with what a file says of their parts. */
export function withFile(rules: SendRules, given: GuardFile | undefined): SendRules {
  return (Object.keys(parts) as Part[]).reduce((changed, part) => {
    const value = given?.[part] as PartValue<Part> | undefined
    return value === undefined ? changed : withPart(changed, part, value)
  }, rules)
}
