import type { Twilio } from 'twilio'
import { z } from 'zod'
import type { Clock, Instant } from '../../lib/clock.ts'
import { type LineType, lineTypes } from '../../lib/line-type.ts'
import type { Secret } from '../../lib/secret.ts'
import { faultOfStatus, serviceUrl } from './exchange.ts'
import { hoursOf } from './iso-duration.ts'
import { orTimeout } from './or-timeout.ts'
import { pastInstant } from './past-instant.ts'
import { type FraudFacts, type FraudQuestion, type FraudSource, isE164, SourceFault } from './source.ts'

/** The packages of Lookup v2 that say something of fraud. */
export const lookupPackages = ['line_type_intelligence', 'sim_swap', 'call_forwarding', 'sms_pumping_risk'] as const
export type LookupPackage = (typeof lookupPackages)[number]

/** An account at Twilio that may look numbers up. */
export interface TwilioLookupAccount {
  accountSid: string
  authToken: Secret
  /** Those that the account has: SIM swap needs the approval of carriers. */
  packages: readonly LookupPackage[]
  /** Set for a stand-in only; https or loopback. */
  baseUrl: string | undefined
}

/** Each package costs money and tells Twilio more: a message is judged by its cost, a transaction by who holds the SIM. */
const packagesAbout: Record<FraudQuestion['about'], readonly LookupPackage[]> = {
  message: ['line_type_intelligence', 'sms_pumping_risk'],
  transaction: ['line_type_intelligence', 'sim_swap', 'call_forwarding'],
}

const timeoutMs = 5_000
const answerBytesMax = 64 * 1024

const text = z.string().nullish()
const errorCode = z.union([z.number(), z.string()]).nullish()
const lookup = z.object({
  phoneNumber: z.string(),
  valid: z.boolean(),
  lineTypeIntelligence: z.object({ type: text, errorCode }).nullish(),
  simSwap: z
    .object({
      lastSimSwap: z
        .object({ last_sim_swap_date: text, swapped_period: text, swapped_in_period: z.boolean().nullish() })
        .nullish(),
      errorCode,
    })
    .nullish(),
  callForwarding: z.object({ callForwardingEnabled: z.boolean().nullish(), errorCode }).nullish(),
  smsPumpingRisk: z
    .object({
      carrierRiskCategory: text,
      numberBlocked: z.boolean().nullish(),
      smsPumpingRiskScore: z.number().min(0).max(100).nullish(),
      errorCode,
    })
    .nullish(),
})
type Lookup = z.output<typeof lookup>

/** Twilio Lookup v2 by the official package: kind of line, change of SIM, forwarding, and the risk that a message is pumped. */
export function createTwilioLookup(account: TwilioLookupAccount, clock: Pick<Clock, 'now'>): FraudSource {
  const baseUrl = account.baseUrl === undefined ? undefined : serviceUrl(account.baseUrl)
  // Loaded now, because it takes longer than the first question may.
  const connecting = connect({ ...account, baseUrl })
  connecting.catch(() => undefined)
  const fieldsFor = ({ about }: FraudQuestion) =>
    packagesAbout[about].filter((name) => account.packages.includes(name)).join()

  return {
    name: 'twilio_lookup',
    canAnswer: (question) => isE164(question.phone) && fieldsFor(question) !== '',
    async ask(question, signal) {
      const { phone } = question
      const fields = fieldsFor(question)
      if (!isE164(phone) || fields === '') return 'unknown'
      const call = await orTimeout(connecting, signal)
      const told = await call(signal, (client) => client.lookups.v2.phoneNumbers(phone).fetch({ fields }))
      const read = lookup.safeParse(told)
      if (!read.success) throw new SourceFault('odd_answer')
      // Numbers are anybody's choice: one that Twilio spells otherwise must not shut the source for all.
      if (read.data.phoneNumber !== phone) throw new SourceFault('wrong_number', { isOutage: false })
      const facts = factsOf(read.data, clock.now())
      return Object.keys(facts).length > 1 || facts.reasons.length > 0 ? facts : 'unknown'
    },
  }
}

type Call = <T>(signal: AbortSignal, work: (client: Twilio) => Promise<T>) => Promise<T>

async function connect({ accountSid, authToken, baseUrl }: TwilioLookupAccount): Promise<Call> {
  const { default: twilio } = await import('twilio')
  const { axios: shared } = new twilio.RequestClient({ timeout: timeoutMs })

  return async (signal, work) => {
    // One for each call: the package takes no signal with a request.
    const httpClient = new twilio.RequestClient({ timeout: timeoutMs })
    httpClient.axios.defaults.httpsAgent = shared.defaults.httpsAgent
    httpClient.axios.defaults.signal = signal
    httpClient.axios.defaults.maxContentLength = answerBytesMax
    const client = twilio(accountSid, authToken.reveal(), { httpClient })
    if (baseUrl) client.lookups.baseUrl = baseUrl
    try {
      const told = await work(client)
      // The package takes what a redirect says for an answer.
      if (httpClient.lastResponse?.statusCode !== 200) throw new SourceFault('odd_answer')
      return told
    } catch (error) {
      throw faultOf(error, httpClient.lastResponse?.statusCode, signal)
    }
  }
}

/** Words of the package's errors can quote what was answered, so they go no further. */
function faultOf(error: unknown, status: number | undefined, signal: AbortSignal): SourceFault {
  if (signal.aborted) return new SourceFault('timeout')
  if (status !== undefined) return status === 200 ? new SourceFault('odd_answer') : faultOfStatus(status)
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return new SourceFault('timeout')
  return new SourceFault(message?.startsWith('maxContentLength') ? 'answer_too_long' : 'connection')
}

function factsOf(
  { valid, lineTypeIntelligence, simSwap, callForwarding, smsPumpingRisk }: Lookup,
  now: Instant,
): FraudFacts {
  const line = answered(lineTypeIntelligence)?.type
  const swap = answered(simSwap)?.lastSimSwap
  const forwarding = answered(callForwarding)?.callForwardingEnabled
  const risk = answered(smsPumpingRisk)
  const score = risk?.smsPumpingRiskScore
  const reasons = [
    valid ? undefined : 'number_not_valid',
    risk?.numberBlocked ? 'number_blocked' : undefined,
    risk?.carrierRiskCategory === 'high' ? 'carrier_risk_high' : undefined,
  ]
  return {
    ...(line ? { lineType: lineTypeOf(line) } : {}),
    ...(swap ? simFactsOf(swap, now) : {}),
    ...(typeof forwarding === 'boolean' ? { callForwarding: forwarding } : {}),
    ...(typeof score === 'number' ? { pumpingScore: score } : {}),
    ...(risk?.numberBlocked ? { action: 'review' as const } : {}),
    reasons: reasons.filter((reason) => reason !== undefined),
  }
}

/** A package that says that it failed is not believed in anything else. */
function answered<T extends { errorCode?: string | number | null | undefined }>(
  told: T | null | undefined,
): T | undefined {
  return told && (told.errorCode === null || told.errorCode === undefined) ? told : undefined
}

function lineTypeOf(type: string): LineType {
  return lineTypes.find((one) => one === type) ?? 'unknown'
}

type LastSwap = NonNullable<NonNullable<Lookup['simSwap']>['lastSimSwap']>

function simFactsOf(swap: LastSwap, now: Instant): Partial<FraudFacts> {
  const { last_sim_swap_date: date, swapped_period: period, swapped_in_period: isSwapped } = swap
  const changedAt = typeof date === 'string' ? pastInstant(date, now) : undefined
  const periodH = typeof period === 'string' ? hoursOf(period) : undefined
  // Yes or no of a time that cannot be read could mean anything.
  if (typeof isSwapped === 'boolean' && periodH === undefined) throw new SourceFault('odd_answer')
  return {
    ...(changedAt === undefined ? {} : { simChangedAt: changedAt }),
    ...(isSwapped === true && periodH !== undefined ? { simChangedWithinH: Math.ceil(periodH) } : {}),
    ...(isSwapped === false && periodH !== undefined ? { simUnchangedForH: Math.floor(periodH) } : {}),
  }
}
