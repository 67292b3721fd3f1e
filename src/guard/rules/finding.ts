import { type DurationLiteral, durationMs } from './ast.ts'
import type { RuleFault } from './fault.ts'

/** What a check has to say of a node, before it is known where that stood. */
export interface Finding {
  node: object
  code: RuleFault['code']
  message: string
  hint: string | undefined
}

/** One finding, of a wrong type where no other code is given. */
export function finding(node: object, message: string, hint?: string, code: RuleFault['code'] = 'type'): Finding {
  return { node, code, message, hint }
}

const dayMs = 86_400_000

/** A duration that must be above zero, and at most so many days. */
export function checkLength(length: DurationLiteral, daysMax: number, what: string): Finding[] {
  const ms = durationMs(length)
  if (!(ms > 0)) return [finding(length, `${what} lasts some time`, 'write more than 0')]
  return ms <= daysMax * dayMs
    ? []
    : [finding(length, `${what} of more than ${daysMax} days`, `write at most ${daysMax}d`)]
}
