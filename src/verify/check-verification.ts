import type { Tried } from '../guard/check-budget.ts'
import { openAddress } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { isSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import { type Verification, verificationChecksMax } from '../model/verification.ts'
import {
  type CheckedRow,
  checkVerificationTo,
  expireVerifications,
  findLiveVerification,
  findVerification,
  type VerificationRow,
} from '../store/verifications.ts'
import { codeMac } from './code.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'
import { dealContext } from './verification-code.ts'
import { toRefOf, verificationOf } from './verification-row.ts'

export interface CheckVerification {
  service: Service
  /** One of the two names the verification; where both are given, both must. */
  to?: string | undefined
  sid?: string | undefined
  code: string
  amount?: string | undefined
  payee?: string | undefined
  ip: string
}

/**
 * Tries a code: a wrong one is an answer (pending), a right one approves once. Undefined when there is no live verification:
 * approved, expired, canceled or never started. The sixth try and later ones are 60202 until the code's life is over; 60206 where PSD2
 * asks for amount and payee of one that could be tried.
 */
export async function checkVerification(
  deps: VerifyDeps,
  command: CheckVerification,
): Promise<Verification | undefined> {
  const { service, code, ip } = command
  const occasion = { at: deps.clock.now(), ip }
  const sid = command.sid === undefined ? null : command.sid.slice(0, 2) + command.sid.slice(2).toLowerCase()
  const toRef = command.to === undefined ? await refOfSid(deps, service, sid ?? '') : toRefOf(deps.keys, command.to)
  if (toRef === undefined) return undefined
  const context = dealContext({
    service_sid: service.sid,
    to_ref: toRef,
    amount: command.amount ?? null,
    payee: command.payee ?? null,
  })
  const [active = '', previous] = deps.keys.ids
  const mac = codeMac(deps.keys, active, code, context)
  const macs = [mac, previous === undefined ? mac : codeMac(deps.keys, previous, code, context)] as const
  const tried = { account: service.accountSid, of: toRef }
  const wrongBefore = await spendTry(deps, service, toRef, tried)
  const lacksDeal = service.settings.psd2_enabled && !(command.amount && command.payee)
  const [row] = lacksDeal ? [] : await deps.db.write(checkVerificationTo(service.sid, toRef, sid, macs, occasion))
  // A number was matched letter by letter, so it need not be opened.
  const known = sid === null && !command.to?.includes('@') ? command.to : undefined
  if (row) {
    const right = row.status === 'approved'
    await deps.guard.checked(tried, right ? 'right' : 'wrong', wrongBefore)
    if (right) await noteEntered(deps, service, row, known)
    return verificationOf(deps, row, service, known)
  }

  const [live] = await deps.db.read(findLiveVerification(service.sid, toRef))
  if (!live || (sid !== null && live.sid !== sid)) return undefined
  if (live.expires_at <= occasion.at) {
    await deps.db.write(expireVerifications(live.sid, 1, occasion))
    return undefined
  }
  if (live.checks < verificationChecksMax) {
    // It was started after this check had looked for one.
    if (!lacksDeal) return undefined
    throw new TwilioError(60206)
  }
  throw new TwilioError(60202, undefined, { retryAfterS: secondsUntil(live.expires_at, occasion.at) })
}

/** Whether there were wrong tries at the codes of this number. Too many refuse, but the first of a code: its owner may have the right one. */
async function spendTry(deps: VerifyDeps, service: Service, toRef: string, tried: Tried): Promise<boolean> {
  const { retryAfterS, wrongBefore } = await deps.guard.mayCheck(tried, undefined)
  if (retryAfterS === undefined) return wrongBefore
  const [live] = await deps.db.read(findLiveVerification(service.sid, toRef))
  const again = live && (await deps.guard.mayCheck(tried, live.sid))
  if (again?.retryAfterS !== undefined) throw new TwilioError(60202, undefined, { retryAfterS })
  return true
}

/** The right code pays back what its message took. */
async function noteEntered(
  deps: VerifyDeps,
  service: Service,
  row: CheckedRow,
  known: string | undefined,
): Promise<void> {
  const to = known ?? openAddress(deps.keys, row.key_id, row.sid, row.to_sealed)
  await deps.guard.entered(row.sid, { account: service.accountSid, to })
}

/** The address of a live verification. A sid that is not live has none: its place may be another one's by now. */
async function refOfSid(deps: VerifyDeps, service: Service, sid: string): Promise<string | undefined> {
  if (!isSid('VE', sid)) return undefined
  const [row] = await deps.db.read(findVerification(service.sid, sid))
  return isLive(row) ? row.to_ref : undefined
}

function isLive(row: VerificationRow | undefined): row is VerificationRow {
  return row?.live === 1
}
