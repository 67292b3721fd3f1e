import { CarrierRefusal, type OutgoingMessage, type Receipt } from '../channel/carrier.ts'
import { openAddress, sealAddress } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { newSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { Verification } from '../model/verification.ts'
import { attemptDeliveryOf, attemptSid, verificationSendsMax } from '../model/verification.ts'
import { settleAttempt } from '../store/attempts.ts'
import { all, type Unit } from '../store/db.ts'
import { acceptMessage, failMessage, insertMessage } from '../store/messages.ts'
import type { Occasion } from '../store/occasion.ts'
import {
  expireVerifications,
  findLiveVerification,
  type NewVerification,
  replaceVerification,
  startVerification as startRow,
  type VerificationRow,
} from '../store/verifications.ts'
import { askGuard } from './ask-guard.ts'
import type { VerifyDeps } from './deps.ts'
import { type Destination, destinationOf, type StartChannel } from './destination.ts'
import { type MessageWishes, messageOf } from './message-of.ts'
import { spendServiceLimits } from './service-limits.ts'
import { codeOf, newCode } from './verification-code.ts'
import { toRefOf, verificationOf } from './verification-row.ts'

export interface StartVerification extends MessageWishes {
  /** As the caller wrote it; a number must be E.164. */
  to: string
  channel: StartChannel
  /** Whether a text message may go where WhatsApp does not arrive. */
  fallsBackToSms?: boolean
  customCode?: string | undefined
  /** Values of the service's rate limits, by their unique names. */
  rateLimits?: Record<string, string> | undefined
  riskCheck?: 'enable' | 'disable' | undefined
  /** Where the user is, as the caller says. */
  deviceIp?: string | undefined
  tags?: Record<string, string> | undefined
  /** Seconds that a new code lives, in place of the service's setting. */
  codeTtlS?: number | undefined
  ip: string
}

const triesMax = 3

/**
 * Sends a code, or the same code again while its verification is pending (Twilio: same sid and code, five sends, a life that a resend
 * does not lengthen). Refuses in Twilio's codes: 60203, 60204, 60206, 60212, 60217, 68008, those of the destination and of the message,
 * 20429 over a rate limit of the service, 20503 when the message did not leave.
 */
export async function startVerification(deps: VerifyDeps, command: StartVerification): Promise<Verification> {
  const { service } = command
  if (service.settings.psd2_enabled && !(command.amount && command.payee)) throw new TwilioError(60206)
  if (command.customCode !== undefined && !service.settings.custom_code_enabled) throw new TwilioError(60204)
  const destination = destinationOf(command)
  const { channel } = destination
  const { catalogue } = deps
  // What cannot be written is refused before anything is counted: the longest code stands for the one to come.
  if (command.templates || command.appHash)
    messageOf(command, destination, { id: '', code: '0000000000', ttlMs: codeTtlMs(command), catalogue })
  const carrier = deps.carriers[channel]
  if (!carrier) throw noCarrier(channel)
  const instant = carrier.isInstant?.(destination) === true
  // Last of what may refuse before the count: what is wrong with a request takes nothing from the guard's buckets.
  const guarded = await askGuard(deps, command, destination)
  const { row, code } = await claim(deps, command, destination, instant).catch(async (refusal: unknown) => {
    await deps.guard.giveBack(guarded.decision)
    throw refusal
  })
  deps.guard.note(guarded.request, guarded.decision, row.sid)
  // A code goes to the address that it was made for, whatever other spelling of the mailbox asks for it again.
  const to = channel === 'email' ? openAddress(deps.keys, row.key_id, row.sid, row.to_sealed) : destination.to
  const ttlMs = row.expires_at - row.updated_at
  const message = messageOf(command, { ...destination, to }, { id: row.attempt_sid, code, ttlMs, catalogue })
  if (!instant) await deps.db.write(noted(row, message, carrier.name))
  let receipt: Receipt
  try {
    receipt = await carrier.send(message)
  } catch (error) {
    await noteRefusal(deps, row, error instanceof CarrierRefusal ? error : undefined)
    if (channel === 'whatsapp' && command.fallsBackToSms)
      return startVerification(deps, { ...command, channel: 'sms', fallsBackToSms: false, rateLimits: undefined })
    throw new TwilioError(20503, 'The message could not be sent')
  }
  if (!instant) await settle(deps, row, receipt)
  return verificationOf(deps, row, service, to)
}

/** The message, before it is sent: a report of its carrier finds it by then. */
function noted(row: VerificationRow, { id, channel }: OutgoingMessage, carrier: string) {
  const sent_at = row.updated_at
  return insertMessage({
    id,
    transaction_id: null,
    verification_sid: row.sid,
    channel,
    carrier,
    sent_at,
    next_at: null,
  })
}

async function settle({ db, clock }: VerifyDeps, row: VerificationRow, receipt: Receipt): Promise<void> {
  await db.unit(function* () {
    // A report may have been faster, and knows more.
    const [message] = yield* all(acceptMessage(row.attempt_sid, receipt, clock.now()))
    const delivery = attemptDeliveryOf(message?.status ?? receipt.status)
    yield* all(settleAttempt(row.sid, row.attempt_sid, delivery, message?.failure_code ?? null))
  })
}

async function noteRefusal({ db, clock }: VerifyDeps, row: VerificationRow, refusal?: CarrierRefusal): Promise<void> {
  await db.unit(function* () {
    const failure = refusal ?? { kind: 'temporary' as const, code: 'unknown' }
    yield* all(failMessage(row.attempt_sid, failure, clock.now()))
    yield* all(settleAttempt(row.sid, row.attempt_sid, 'failed', refusal?.code ?? null))
  })
}

function noCarrier(channel: OutgoingMessage['channel']): TwilioError {
  if (channel === 'email') return new TwilioError(60217)
  return channel === 'whatsapp'
    ? new TwilioError(68008)
    : new TwilioError(20503, `No carrier is configured for the channel ${channel}`)
}

/** What is to be sent: the verification as the store has it now, and its code. */
interface Claimed {
  row: VerificationRow
  code: string
}

/** Counts this send: in a new verification, or in the live one of the address. */
async function claim(
  deps: VerifyDeps,
  command: StartVerification,
  destination: Destination,
  instant: boolean,
): Promise<Claimed> {
  const { ip } = command
  const occasion = { at: deps.clock.now(), ip }
  const length = await deps.guard.codeLength(command.service.settings.code_length)
  const delivery = instant ? 'delivered' : 'sending'
  const { fresh, code } = freshRow(deps, command, destination, delivery, length, occasion.at)
  let replaced: string | undefined
  for (let tries = 0; tries < triesMax; tries++) {
    const row = await spendSend(deps, command, fresh, replaced, occasion)
    if (row) return { row, code: row.sid === fresh.sid ? code : codeOf(deps.keys, row) }
    replaced = await makeRoom(deps, fresh, command.customCode !== undefined, occasion)
  }
  throw new TwilioError(60212, undefined, { retryAfterS: 1 })
}

/** No room for it in the live verification of its address: what was counted with it must not stand. */
class NoRoom extends Error {}

/**
 * Writes the send down, and in the same unit what it takes from the service's rate limits, and the end of the one that it replaces.
 * Undefined where it has no room.
 */
async function spendSend(
  { db, keys }: VerifyDeps,
  { rateLimits }: StartVerification,
  fresh: NewVerification,
  replaced: string | undefined,
  occasion: Occasion,
): Promise<VerificationRow | undefined> {
  if (rateLimits === undefined && replaced === undefined) return (await db.write(startRow(fresh, occasion)))[0]
  try {
    return await db.unit(function* () {
      if (rateLimits !== undefined) yield* spendServiceLimits({ keys }, fresh, rateLimits, occasion.at)
      const offered = replaced === undefined ? fresh : yield* succeed(replaced, fresh, occasion)
      const [started] = yield* all(startRow(offered, occasion))
      if (!started) throw new NoRoom()
      return started
    })
  } catch (error) {
    if (error instanceof NoRoom) return undefined
    throw error
  }
}

/** Ends the verification of another deal. Its sends and checks go on counting, so that no change of a deal buys more of them. */
function* succeed(sid: string, fresh: NewVerification, occasion: Occasion): Unit<NewVerification> {
  const [ended] = yield* all(replaceVerification(sid, occasion))
  if (!ended) throw new NoRoom()
  const sends = ended.sends + 1
  return { ...fresh, sends, checks: ended.checks, attempt_sid: attemptSid(fresh.sid, sends) }
}

function freshRow(
  deps: VerifyDeps,
  command: StartVerification,
  { channel, to, phone, locale }: Destination,
  delivery: 'delivered' | 'sending',
  length: number,
  at: number,
): { fresh: NewVerification; code: string } {
  const { service, customCode } = command
  const { error_details_enabled } = service.settings
  const keyId = deps.keys.activeId
  const sid = newSid('VE', at, deps.random)
  const deal = {
    sid,
    service_sid: service.sid,
    to_ref: toRefOf(deps.keys, to),
    key_id: keyId,
    amount: command.amount ?? null,
    payee: command.payee ?? null,
  }
  const { code, ...coded } = newCode(deps, deal, { length, customCode })
  const fresh: NewVerification = {
    ...deal,
    ...coded,
    account_sid: service.accountSid,
    to_sealed: sealAddress(deps.keys, keyId, sid, to, deps.random),
    to_prefix: phone ? phone.e164.slice(0, 6) : null,
    country: phone?.country ?? null,
    channel,
    locale: command.locale ?? locale,
    tags: command.tags ? JSON.stringify(command.tags) : null,
    sends: 1,
    checks: 0,
    attempt_sid: attemptSid(sid, 1),
    delivery,
    keeps_history: error_details_enabled ? 1 : 0,
    notifies: service.notifies ? 1 : 0,
    expires_at: at + codeTtlMs(command),
  }
  return { fresh, code }
}

function codeTtlMs({ codeTtlS, service }: StartVerification): number {
  return (codeTtlS ?? service.settings.code_ttl) * 1000
}

/** Takes a live verification that cannot go on out of the way, or refuses. Gives the SID of one that is of another deal, to be replaced. */
async function makeRoom(
  deps: VerifyDeps,
  fresh: NewVerification,
  isCustom: boolean,
  occasion: Occasion,
): Promise<string | undefined> {
  const [live] = await deps.db.read(findLiveVerification(fresh.service_sid, fresh.to_ref))
  if (!live) return undefined
  if (live.expires_at <= occasion.at) {
    await deps.db.write(expireVerifications(live.sid, 1, occasion))
    return undefined
  }
  const retryAfterS = secondsUntil(live.expires_at, occasion.at)
  if (live.status !== 'pending' || live.sends >= verificationSendsMax)
    throw new TwilioError(60203, undefined, { retryAfterS })
  const another = live.amount !== fresh.amount || live.payee !== fresh.payee
  return another || (isCustom && live.code_mac !== fresh.code_mac) ? live.sid : undefined
}
