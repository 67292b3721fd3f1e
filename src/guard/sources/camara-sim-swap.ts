import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import type { AccessTokens } from './access-tokens.ts'
import { camaraHeaders } from './camara-headers.ts'
import { post, readAnswer, serviceUrl } from './exchange.ts'
import { pastInstant } from './past-instant.ts'
import { type FraudFacts, type FraudSource, isE164, SourceFault } from './source.ts'

/** CAMARA SIM Swap of one operator, or of a reseller of several. */
export interface CamaraSimSwap {
  /** With the version, such as https://api.operator.example/sim-swap/v2 */
  baseUrl: string
  /** Which of the two is asked: whether it was changed of late, or when. Operators may have one of them only. */
  ask: 'check' | 'retrieve-date'
  /** Of `check`: how far back, 1 to 2400 hours. */
  maxAgeH: number
  tokens: AccessTokens
}

const checked = z.looseObject({ swapped: z.boolean() })
const dated = z.looseObject({
  latestSimChange: z.string().nullable(),
  monitoredPeriod: z.number().int().min(0).nullish(),
})

/** CAMARA SIM Swap with tokens of the client's own (two-legged), asked about transactions alone. */
export function createCamaraSimSwap(
  { baseUrl, ask, maxAgeH, tokens }: CamaraSimSwap,
  clock: Pick<Clock, 'now'>,
): FraudSource {
  const url = `${serviceUrl(baseUrl)}/${ask}`
  return {
    name: 'camara_sim_swap',
    canAnswer: ({ about, phone }) => about === 'transaction' && isE164(phone),
    async ask({ about, phone, decisionId }, signal) {
      if (about !== 'transaction' || !isE164(phone)) return 'unknown'
      const token = await tokens.get(signal)
      const body = JSON.stringify({ phoneNumber: phone, ...(ask === 'check' ? { maxAge: maxAgeH } : {}) })
      try {
        const answer = await post(url, { headers: camaraHeaders(token, decisionId), body, signal })
        if (ask === 'retrieve-date') return dateFacts(readAnswer(answer, dated), clock.now())
        const { swapped } = readAnswer(answer, checked)
        return swapped
          ? { simChangedWithinH: maxAgeH, reasons: ['sim_changed'] }
          : { simUnchangedForH: maxAgeH, reasons: [] }
      } catch (error) {
        if (error instanceof SourceFault && error.why === 'status_401') tokens.forget(token)
        throw error
      }
    },
  }
}

/** Without a date nothing was changed in the time that the operator looks back (the API's description); without that time it says nothing. */
function dateFacts({ latestSimChange, monitoredPeriod }: z.output<typeof dated>, now: number): FraudFacts | 'unknown' {
  if (latestSimChange !== null) return { simChangedAt: pastInstant(latestSimChange, now), reasons: [] }
  return monitoredPeriod ? { simUnchangedForH: monitoredPeriod * 24, reasons: [] } : 'unknown'
}
