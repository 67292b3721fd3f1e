import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Clock } from '../../lib/clock.ts'
import { frame } from '../../lib/frame.ts'
import { hmac, type KeyRing, sameSecret } from '../../lib/keyring.ts'
import type { Random } from '../../lib/random.ts'
import { AvalError } from '../../model/error.ts'
import type { WorkChallenge, WorkProof } from '../../model/proof-of-work.ts'

/** What a proof of work is good for: one version of one transaction, asked for from one network. */
export interface WorkBound {
  transaction: string
  version: number
  network: string
}

/** Proofs of work: a flood pays for each message with time, and a person with none of his own. */
export interface ProofOfWork {
  /** A challenge that is good for this alone, for ten minutes. */
  offer(bound: WorkBound): Promise<WorkChallenge>
  /** The name of a proof that stands, the same however often it is shown; refuses any other with proof_of_work_invalid. */
  nameOf(proof: WorkProof, bound: WorkBound): Promise<string>
}

/** PBKDF2 iterations on the average: 1 s where a phone does half a million a second. */
export const defaultIterations = 500_000

const lifeMs = 10 * 60_000
// From half to one and a half times as many, so that nobody waits for long and nobody knows the end.
const triesMean = 100

/** Proofs of work by these keys, on every node alike. `iterations` is what one costs on the average. */
export function createProofOfWork({
  keys,
  random,
  clock,
  iterations,
}: {
  keys: KeyRing
  random: Random
  clock: Pick<Clock, 'now'>
  iterations: number
}): ProofOfWork {
  return {
    async offer(bound) {
      const { activeId } = keys
      return createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        deriveKey,
        cost: Math.max(1, Math.round(iterations / triesMean)),
        counter: triesMean / 2 + (random.bytes(4).readUInt32BE() % (triesMean + 1)),
        expiresAt: Math.floor((clock.now() + lifeMs) / 1000),
        data: { key: activeId, bound: hashOf(keys, activeId, bound) },
        ...secretsOf(keys, activeId),
      })
    },
    async nameOf({ challenge, solution }, bound) {
      const { data, expiresAt = 0 } = challenge.parameters
      const keyId = String(data?.key)
      if (!keys.ids.includes(keyId)) throw invalid()
      const { verified } = await verifySolution({
        challenge: challenge as Parameters<typeof verifySolution>[0]['challenge'],
        solution: { ...solution, time: 0 },
        deriveKey,
        ...secretsOf(keys, keyId),
      })
      // The library asks the clock of the machine; ours may be turned.
      const inTime = expiresAt * 1000 > clock.now()
      const isOurs = sameSecret(String(data?.bound), hashOf(keys, keyId, bound))
      if (!verified || !inTime || !isOurs || challenge.signature === undefined) throw invalid()
      return challenge.signature
    },
  }
}

function hashOf(keys: KeyRing, keyId: string, { transaction, version, network }: WorkBound): string {
  const key = keys.key(keyId, 'proof-of-work')
  return hmac(key, frame('aval/work-bound/v1', transaction, String(version), network)).toString('base64url')
}

function secretsOf(keys: KeyRing, keyId: string) {
  const secret = (what: string) =>
    hmac(keys.key(keyId, 'proof-of-work'), frame('aval/work-secret/v1', what)).toString('base64url')
  return { hmacSignatureSecret: secret('challenge'), hmacKeySignatureSecret: secret('solution') }
}

function invalid(): AvalError {
  const message = 'is wrong, over ten minutes old, or made for another transaction, version or network'
  return new AvalError('proof_of_work_invalid', 'The proof of work does not stand. Ask without one for another.', {
    faults: [{ path: 'proof_of_work', message }],
  })
}
