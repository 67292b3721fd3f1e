/** What the clients of one transaction were told, and what they asked without hearing an answer. */
export interface Account {
  key: string
  subject: string
  phone: string
  /** Ids that creating it was answered with. */
  ids: Set<string>
  /** Codes that were answered with 200, right or wrong. */
  checksAnswered: number
  approvedAnswered: number
  releaseIds: Set<string>
  acknowledged: boolean
  /** Releases that were answered with a payload before any approval can have been asked for. */
  releasedUnasked: number
  rightCodeAsked: boolean
}

/** A verification at the Twilio door, likewise. */
export interface VerifyAccount {
  to: string
  sids: Set<string>
  checksAnswered: number
  approvedAnswered: number
}

/** Everything that the clients of a run know. */
export interface Ledger {
  accounts: Account[]
  verifications: VerifyAccount[]
  /** Answers that nobody should ever get: 500s, and what is no answer of ours. */
  oddities: string[]
  asked: number
  unanswered: number
}

export function newLedger(): Ledger {
  return { accounts: [], verifications: [], oddities: [], asked: 0, unanswered: 0 }
}
