import type { SendDecision } from '../guard/decide-send.ts'
import type { SendRequest } from '../guard/send-guard.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { VerifyDeps } from './deps.ts'
import { type Destination, noWay, type StartChannel } from './destination.ts'
import { isSafeListed } from './safe-list.ts'
import type { Service } from './service.ts'

/** A start, as far as a guard looks at it. */
export interface GuardedStart {
  service: Service
  channel: StartChannel
  riskCheck?: 'enable' | 'disable' | undefined
  /** Where the user is, as the caller says (Twilio's DeviceIp). The address of the request is the caller's own server. */
  deviceIp?: string | undefined
}

/** What the guard said, to be noted when it is known what came of it. */
export interface Guarded {
  request: SendRequest
  decision: SendDecision
}

/**
 * Asks whether the message may be sent. Refuses in Twilio's codes: 60605 for a closed country, 60205 or 60550 for a line that takes no
 * texts, 60203 where the number had too many, 60410 for what looks like pumping. The safe list, and RiskCheck for texts, let it pass.
 */
export async function askGuard(deps: VerifyDeps, start: GuardedStart, destination: Destination): Promise<Guarded> {
  const { service, riskCheck, deviceIp } = start
  const { to, phone, channel } = destination
  const request: SendRequest = {
    door: 'verify',
    account: service.accountSid,
    to,
    phone,
    channel,
    ip: deviceIp,
    waived: riskCheck === 'disable' && channel === 'sms' ? 'waived' : undefined,
  }
  const decision = await deps.guard.maySend(request)
  if (decision.action === 'allow' || !decision.enforced) return { request, decision }
  if (phone && (await isSafeListed(deps, service.accountSid, phone.e164)))
    return {
      request,
      decision: { ...decision, action: 'allow', reasons: [...decision.reasons, { code: 'safe_listed' }] },
    }
  deps.guard.note(request, decision, '')
  throw refusalOf(decision, start.channel, destination)
}

function refusalOf(
  { action, reasons }: SendDecision,
  asked: StartChannel,
  { phone, channel }: Destination,
): TwilioError {
  const country = reasons.find(({ code }) => code === 'country_closed')
  if (country) {
    const scope = `${phone?.country ?? 'This destination'} is blocked for ${channel} channel for all services`
    return new TwilioError(60605, `The destination phone number has been blocked by Verify Geo-Permissions. ${scope}`)
  }
  if (reasons.some(({ code }) => code === 'line_unfit')) return noWay(asked)
  const waits = reasons.flatMap((one) => (one.code === 'bucket_empty' && one.next_in_s !== null ? [one.next_in_s] : []))
  const retryAfterS = Math.max(1, ...waits)
  if (action === 'wait') return new TwilioError(60203, undefined, { retryAfterS })
  // Twilio's sentence, which clients read by its form.
  const what = `${phone?.e164.slice(0, 5) ?? 'The'} prefix is blocked for the ${channel.toUpperCase()} channel`
  const words = `The destination phone number has been temporarily blocked by Twilio due to fraudulent activities. ${what}`
  return new TwilioError(60410, words, { retryAfterS })
}
