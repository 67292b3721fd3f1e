/** What a browser has to work out, in the form of ALTCHA 2. It is signed, and what it is bound to stands in `parameters.data`. */
export interface WorkChallenge {
  parameters: {
    algorithm: string
    nonce: string
    salt: string
    cost: number
    keyLength: number
    keyPrefix: string
    keySignature?: string | undefined
    expiresAt?: number | undefined
    data?: Record<string, string | number | boolean | null> | undefined
  }
  signature?: string | undefined
}

/** The challenge, and what was worked out. */
export interface WorkProof {
  challenge: WorkChallenge
  solution: { counter: number; derivedKey: string }
}
