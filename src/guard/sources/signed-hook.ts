import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import { sameSecret } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import { cleanLine } from '../../lib/text.ts'
import { type Answer, post, readAnswer, serviceUrl } from './exchange.ts'
import { type FraudQuestion, type FraudSource, fraudActions, SourceFault } from './source.ts'

/** A fraud system that has no source of its own here. */
export interface FraudHook {
  url: string
  /** `whsec_` and base64. */
  secret: Secret
}

/** How far the clock of the answerer may be off (Standard Webhooks). */
const skewS = 300
const signaturesMax = 10

const opinion = z.looseObject({
  decision_id: z.string(),
  transaction_id: z.string().nullish(),
  digest: z.string().nullish(),
  decibans: z.number().min(-20).max(20).nullish(),
  action: z.enum(fraudActions).nullish(),
  reasons: z.array(z.string().max(1000)).max(50),
})

/**
 * Any fraud system, by a hook that is signed both ways (standardwebhooks.com): the question as JSON, and an answer that names the same
 * decision, transaction and digest, and was signed now. Anything else is no answer, above all an `allow` (security case A103).
 */
export function createSignedHook({ url: address, secret }: FraudHook, clock: Pick<Clock, 'now'>): FraudSource {
  const url = serviceUrl(address)
  const signer = new Webhook(secret.reveal())
  return {
    name: 'signed_hook',
    async ask(question, signal) {
      const body = JSON.stringify(bodyOf(question))
      const at = new Date(clock.now())
      const headers = {
        accept: 'application/json',
        'content-type': 'application/json',
        'webhook-id': question.decisionId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signer.sign(question.decisionId, at, body),
      }
      const answer = await post(url, { headers, body, signal })
      refuseUnsigned(answer, question, { signer, clock })
      const { decibans, action, reasons, ...told } = readAnswer(answer, opinion)
      if (told.decision_id !== question.decisionId) throw new SourceFault('wrong_decision')
      if (!isSame(told.transaction_id, question.transactionId) || !isSame(told.digest, question.digest))
        throw new SourceFault('wrong_transaction')
      return {
        ...(typeof decibans === 'number' ? { probability: probabilityOf(decibans) } : {}),
        ...(action ? { action } : {}),
        reasons: reasons.map(cleanLine).filter(Boolean),
      }
    },
  }
}

/** Throws unless the answer was signed with the secret, for now, and is not our own question come back. */
function refuseUnsigned(
  { headers, bytes }: Answer,
  { decisionId }: FraudQuestion,
  { signer, clock }: { signer: Webhook; clock: Pick<Clock, 'now'> },
): void {
  const id = headers.get('webhook-id')
  const timestamp = headers.get('webhook-timestamp')
  const given = headers.get('webhook-signature')?.split(' ').slice(0, signaturesMax) ?? []
  if (!id || id === decisionId || !timestamp || !/^\d{1,12}$/.test(timestamp)) throw new SourceFault('wrong_signature')
  const seconds = Number(timestamp)
  const mine = signer.sign(id, new Date(seconds * 1000), bytes.toString())
  if (!given.some((one) => sameSecret(one, mine))) throw new SourceFault('wrong_signature')
  if (Math.abs(clock.now() / 1000 - seconds) > skewS) throw new SourceFault('stale_answer')
}

function bodyOf(question: FraudQuestion): object {
  return {
    decision_id: question.decisionId,
    about: question.about,
    transaction_id: question.transactionId,
    digest: question.digest,
    subject: question.subject,
    kind: question.kind,
    amount: question.amount,
    phone: question.phone,
    email: question.email,
    ip: question.ip,
    user_agent: question.userAgent,
    device_id: question.deviceId,
  }
}

function isSame(told: string | null | undefined, asked: string | undefined): boolean {
  return (told ?? undefined) === asked
}

/** Decibans are ten times the logarithm of the odds: 0 is one in two, 10 is ten to one. */
function probabilityOf(decibans: number): number {
  const odds = 10 ** (decibans / 10)
  return odds / (1 + odds)
}
