/** What a guard answers, the mildest first. `divert`: not by this channel, but by one that pays no fraudster. */
export const decisionActions = ['allow', 'wait', 'challenge', 'divert', 'hold', 'block'] as const
export type DecisionAction = (typeof decisionActions)[number]

/** Why, in figures. The words are made where they are read (src/guard/reason.ts). */
export type Reason =
  | { code: 'country_closed'; country: string }
  | { code: 'line_unfit'; type: string }
  | { code: 'listed'; list: string; kind: string; label: string; note: string; until: number | null }
  | { code: 'rule'; line: number; rule: string; shadow: boolean }
  | { code: 'safe_listed' }
  | { code: 'waived' }
  /** What an outside system said when it was asked. */
  | { code: 'outside'; source: string; answer: 'facts' | 'unknown'; why: string | null; said: string[] }
  | { code: 'pumping_score'; score: number }
  /** A proof of work by the browser: it would let the message past, it has, or it does not. */
  | { code: 'challenge'; proof: 'asked' | 'done' | 'used_before' | 'too_many' }
  | {
      code: 'bucket_empty'
      scope: string
      label: string
      sent: number
      entered: number
      normal: number
      balance: number
      base: number
      cost: number
      next_in_s: number | null
    }

/** The stricter of two answers. */
export function stricter(a: DecisionAction, b: DecisionAction): DecisionAction {
  return decisionActions.indexOf(a) >= decisionActions.indexOf(b) ? a : b
}
