import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Secret } from '../../lib/secret.ts'
import { cleanLine } from '../../lib/text.ts'
import { post, readAnswer, serviceUrl } from './exchange.ts'
import type { FraudAction, FraudFacts, FraudQuestion, FraudSource } from './source.ts'

/** An account at MaxMind. */
export interface MinfraudAccount {
  accountId: string
  licenseKey: Secret
  /** Score costs least; only Factors says why. */
  service: 'score' | 'insights' | 'factors'
  /** Such as https://minfraud.maxmind.com */
  baseUrl: string
}

/** What an event is called there (dev.maxmind.com, minFraud API requests). Other kinds go without a type. */
const eventTypes: Readonly<Record<string, string>> = {
  'payout_account.change': 'payout_change',
  'payout.withdraw': 'fund_transfer',
  'contact.email': 'email_change',
}

const actions: Readonly<Record<string, FraudAction>> = { accept: 'allow', manual_review: 'review', reject: 'block' }

const assessed = z.looseObject({
  risk_score: z.number().min(0.01).max(99),
  disposition: z
    .looseObject({ action: z.string().nullish(), reason: z.string().nullish(), rule_label: z.string().nullish() })
    .nullish(),
  risk_score_reasons: z
    .array(
      z.looseObject({
        multiplier: z.number(),
        reasons: z.array(z.looseObject({ code: z.string().regex(/^[A-Z0-9_]{1,64}$/) })),
      }),
    )
    .nullish(),
})

/**
 * MaxMind minFraud over HTTPS. Address and e-mail are judged; the subject goes as a digest, which is enough to be known again by. Values
 * that it may add later are passed over, as its documentation asks.
 */
export function createMinfraud({ accountId, licenseKey, service, baseUrl }: MinfraudAccount): FraudSource {
  const url = `${serviceUrl(baseUrl)}/minfraud/v2.0/${service}`
  const authorization = `Basic ${Buffer.from(`${accountId}:${licenseKey.reveal()}`).toString('base64')}`
  const canAnswer = ({ ip, email }: FraudQuestion) => Boolean(ip || email)
  return {
    name: 'minfraud',
    canAnswer,
    async ask(question, signal) {
      if (!canAnswer(question)) return 'unknown'
      const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' }
      const answer = await post(url, { headers, body: JSON.stringify(requestOf(question)), signal })
      return factsOf(readAnswer(answer, assessed))
    },
  }
}

function requestOf({ decisionId, transactionId, kind, ip, userAgent, email, subject, amount }: FraudQuestion): object {
  const type = kind !== undefined && Object.hasOwn(eventTypes, kind) ? eventTypes[kind] : undefined
  const userId = subject && createHash('sha256').update(subject).digest('hex')
  return {
    event: { transaction_id: transactionId ?? decisionId, ...(type ? { type } : {}) },
    ...(ip ? { device: { ip_address: ip, ...(userAgent ? { user_agent: userAgent.slice(0, 512) } : {}) } } : {}),
    ...(userId ? { account: { user_id: userId } } : {}),
    ...(email ? { email: { address: email } } : {}),
    ...(amount ? { order: { amount: Number(amount.value), currency: amount.currency } } : {}),
  }
}

function factsOf({
  risk_score: score,
  disposition,
  risk_score_reasons: multipliers,
}: z.output<typeof assessed>): FraudFacts {
  const ruled = disposition?.action
  const action = ruled && Object.hasOwn(actions, ruled) ? actions[ruled] : undefined
  const label = disposition?.rule_label ? cleanLine(disposition.rule_label) : undefined
  // Below one it lowers the score: no reason to be careful.
  const raising = (multipliers ?? []).filter(({ multiplier }) => multiplier > 1)
  return {
    probability: score / 100,
    ...(action ? { action } : {}),
    reasons: [
      ...raising.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
      ...(action !== undefined && action !== 'allow' && label ? [`rule: ${label}`] : []),
    ],
  }
}
