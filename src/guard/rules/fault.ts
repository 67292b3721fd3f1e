/** Why a text of rules is refused, and at which word. A line may have several. */
export interface RuleFault {
  code: 'syntax' | 'unknown_word' | 'type' | 'limit' | 'list'
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units as editors count. */
  column: number
  /** How many units the word takes, one at least. */
  length: number
  message: string
  /** What to write instead, where it can be said. */
  hint?: string
}

/** Rules that cannot be put in force: made by hand against the types, or naming lists that do not exist. */
export class InvalidRules extends Error {
  override readonly name = 'InvalidRules'
  readonly faults: readonly RuleFault[]

  constructor(faults: readonly RuleFault[]) {
    super(faults.map(({ line, message }) => `line ${line}: ${message}`).join('; '))
    this.faults = faults
  }
}

/** What a text of rules may measure. More is a fault, so that reading and matching take a bounded time. */
export const limits = {
  textBytes: 64 * 1024,
  rules: 500,
  nodesInRule: 1000,
  depth: 50,
  faultsInLine: 20,
  wordChars: 200,
  digits: 15,
  places: 6,
} as const

/** A word of the text as a fault quotes it: cut short, so that a fault stays one readable line. */
export function quoted(word: string): string {
  return word.length > 40 ? `"${word.slice(0, 40).toWellFormed()}..."` : `"${word.toWellFormed()}"`
}
