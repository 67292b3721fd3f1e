/** What a line of the rule language means. Nodes are plain data; where they stood in the text is kept beside them (`spanOf`). */
export type Rule = ConditionRule | BudgetRule

/** `[shadow] action if expr`. A shadow rule is recorded when it matches, and does nothing. */
export interface ConditionRule {
  type: 'rule'
  /** Line of the text, from 1. */
  line: number
  shadow: boolean
  action: Action
  when: Expr
}

/** `budget SCOPE base N [USD] per DURATION [tolerance X] [then ACTION]`: tunes one bucket, or makes a scope of one's own. */
export interface BudgetRule {
  type: 'budget'
  line: number
  scope: BudgetScope
  /** A count of messages, or money in USD. */
  base: NumberLiteral | MoneyLiteral
  per: DurationLiteral
  /** Share of the usual conversion at which a message pays for itself, above 0 and up to 1. */
  tolerance?: NumberLiteral
  /** What happens when the bucket is empty, where it is not the scope's own. */
  whenEmpty?: Action
}

/** The outcomes, in the order of their tiers: the first tier that has a match decides. */
export const tiers = ['allow', 'block', 'hold', 'review', 'require', 'divert', 'challenge', 'wait'] as const
export type Tier = (typeof tiers)[number]

/** What `require` may ask for; `strong` is any of the others. The most demanding one first. */
export const strongFactors = ['passkey', 'totp', 'strong'] as const
export type StrongFactor = (typeof strongFactors)[number]

export type Action =
  | { type: 'allow' | 'block' | 'review' | 'divert' | 'challenge' }
  | { type: 'hold' | 'wait'; for: DurationLiteral }
  | { type: 'require'; factor: StrongFactor }

/** Scopes that are named by one word. */
export const plainScopes = ['number', 'block', 'ip', 'net', 'home', 'abroad', 'newdev', 'growth'] as const
export type BudgetScope =
  | { type: (typeof plainScopes)[number] }
  | { type: 'country'; country: string }
  | { type: 'key'; signal: SignalRef }

export type Expr =
  | { type: 'and' | 'or'; of: readonly Expr[] }
  | { type: 'not'; of: Expr }
  | SignalRef
  | { type: 'compare'; left: Term; op: CompareOp; right: Term | Literal }
  | { type: 'in'; left: Term; negated: boolean; set: ListRef | Items }
  | { type: 'starts'; left: Term; prefix: TextLiteral }
  | { type: 'known'; signal: SignalRef; negated: boolean }

export const compareOps = ['=', '!=', '<', '<=', '>', '>='] as const
export type CompareOp = (typeof compareOps)[number]

/** What has a value of its own in each request. */
export type Term = SignalRef | CountTerm
export interface SignalRef {
  type: 'signal'
  name: string
}
/** How many events of a kind had the same value of the key signal within the window that ends now. */
export interface CountTerm {
  type: 'count'
  kind: string
  key: SignalRef
  window: DurationLiteral
}
export interface ListRef {
  type: 'list'
  name: string
}
export interface Items {
  type: 'items'
  of: readonly Literal[]
}

export type Literal = NumberLiteral | DurationLiteral | MoneyLiteral | TextLiteral
export interface NumberLiteral {
  type: 'number'
  value: number
}
export interface DurationLiteral {
  type: 'duration'
  amount: number
  unit: Unit
}
export interface MoneyLiteral {
  type: 'money'
  value: number
  /** ISO 4217. */
  currency: string
}
export interface TextLiteral {
  type: 'text'
  value: string
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type Unit = keyof typeof unitMs
export const units = Object.keys(unitMs) as readonly Unit[]

/** A duration of the text in milliseconds. */
export function durationMs({ amount, unit }: DurationLiteral): number {
  return amount * unitMs[unit]
}

/** Whether a part of an expression is written in parentheses: an `or` within anything, an `and` within `and` or `not`. */
export function needsParentheses(parent: Expr, part: Expr): boolean {
  if (part.type === 'or') return true
  return part.type === 'and' && parent.type !== 'or'
}

/** Where the word that makes a node stood (the operator of a comparison): column from 1, in UTF-16 units as editors count. */
export interface Span {
  column: number
  length: number
}

// Beside the nodes, not in them: two rules that mean the same are equal wherever they were written.
const spans = new WeakMap<object, Span>()

/** Notes where a node stood, and gives the node back. */
export function placed<Node extends object>(node: Node, { column, length }: Span): Node {
  spans.set(node, { column, length })
  return node
}

/** Where a node stood in its line; undefined for a node that no text was read for. */
export function spanOf(node: object): Span | undefined {
  return spans.get(node)
}
