import { verificationMessage } from '../channel/messages.ts'
import { decide, logDecision } from '../guard/decide.ts'
import { addressRef, sealAddress } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { parsePhone } from '../lib/e164.ts'
import { newSid } from '../lib/ids.ts'
import type { Locale } from '../model/locale.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { Verification } from '../model/verification.ts'
import { verificationSendsMax, verificationTtlMs } from '../model/verification.ts'
import {
  expireVerifications,
  findLiveVerification,
  findVerification,
  type NewVerification,
  replaceVerification,
  startVerification as startRow,
  type VerificationRow,
} from '../store/verifications.ts'
import { codeMac, deriveCode } from './code.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'
import { dealContext, verificationOf } from './verification-row.ts'

export interface StartVerification {
  service: Service
  /** As the caller wrote it; must be E.164. */
  to: string
  channel: 'sms'
  locale?: Locale | undefined
  appHash?: string | undefined
  amount?: string | undefined
  payee?: string | undefined
  ip: string
}

const triesMax = 3

/**
 * Sends a code, or the same code again while its verification is pending (Twilio: same sid and code, five sends, ten minutes
 * that a resend does not lengthen). Refuses in Twilio's codes: 60200, 60203, 60205, 60206, 60212, 60605.
 */
export async function startVerification(deps: VerifyDeps, command: StartVerification): Promise<Verification> {
  const { service, ip } = command
  if (service.settings.psd2_enabled && !(command.amount && command.payee)) throw new TwilioError(60206)
  const to = allowedPhone(deps, command)
  if (!deps.carrier) throw new TwilioError(20503, 'No carrier for text messages is configured')
  const occasion = { at: deps.clock.now(), ip }
  const { row, code } = await claim(deps, command, to, occasion)
  const body = verificationMessage({
    friendlyName: service.friendlyName,
    code,
    locale: command.locale ?? localeOf(to),
    doNotShare: service.settings.do_not_share_warning_enabled,
    appHash: command.appHash,
    amount: row.amount ?? undefined,
    payee: row.payee ?? undefined,
  })
  try {
    await deps.carrier.send({ to, channel: command.channel, body, code, locale: command.locale ?? localeOf(to) })
  } catch {
    throw new TwilioError(20503, 'The message could not be sent')
  }
  return verificationOf(deps, row, to)
}

function allowedPhone(deps: VerifyDeps, { to }: StartVerification): string {
  const phone = /^\+[1-9]\d{6,14}$/.test(to) ? parsePhone(to) : undefined
  // As E.164 writes it and no other way, because checks look for exactly this text.
  if (phone?.e164 !== to) throw new TwilioError(60200, `Invalid parameter \`To\`: ${to.slice(0, 40)}`)
  const decision = decide(deps.guard, phone)
  logDecision(deps.log, decision, phone)
  if (decision.action === 'allow') return to
  if (decision.rule === 'line_type') throw new TwilioError(60205)
  const groups = `${phone.country ?? 'This destination'} is blocked for sms channel for all services`
  throw new TwilioError(60605, `The destination phone number has been blocked by Verify Geo-Permissions. ${groups}`)
}

async function claim(
  deps: VerifyDeps,
  command: StartVerification,
  to: string,
  occasion: { at: number; ip: string },
): Promise<{ row: VerificationRow; code: string }> {
  const { service } = command
  const keyId = deps.keys.activeId
  const sid = newSid('VE', occasion.at, deps.random)
  const toRef = addressRef(deps.keys, to)
  const deal = { service_sid: service.sid, to_ref: toRef, amount: command.amount ?? null, payee: command.payee ?? null }
  const seed = deps.random.bytes(16).toString('base64url')
  const code = deriveCode(deps.keys, keyId, seed, dealContext(deal), service.settings.code_length)
  const fresh = {
    ...deal,
    sid,
    account_sid: service.accountSid,
    to_sealed: sealAddress(deps.keys, keyId, sid, to, deps.random),
    key_id: keyId,
    channel: command.channel,
    code_seed: seed,
    code_mac: codeMac(deps.keys, keyId, code, dealContext(deal)),
    code_length: service.settings.code_length,
    attempt_sid: newSid('VL', occasion.at, deps.random),
    expires_at: occasion.at + verificationTtlMs,
  }
  for (let tries = 0; tries < triesMax; tries++) {
    const [started] = await deps.db.write(startRow(fresh, occasion))
    if (started?.sid === sid) return { row: firstRow(fresh, occasion.at), code }
    if (started) {
      const [row] = await deps.db.read(findVerification(service.sid, started.sid))
      // One that ended meanwhile has no code any more: the next round starts a fresh one.
      if (row?.code_seed) return { row, code: codeOf(deps, row) }
    }
    await makeRoom(deps, deal, occasion)
  }
  throw new TwilioError(60212)
}

/** What the store now holds of a verification that was just made. */
function firstRow(fresh: NewVerification, at: number): VerificationRow {
  return { ...fresh, status: 'pending', live: 1, sends: 1, checks: 0, created_at: at, updated_at: at }
}

/** The code of a verification that was there already. */
function codeOf({ keys }: VerifyDeps, row: VerificationRow): string {
  return deriveCode(keys, row.key_id, row.code_seed, dealContext(row), row.code_length)
}

/** Takes a live verification that cannot go on out of the way, or refuses. */
async function makeRoom(
  deps: VerifyDeps,
  deal: { service_sid: string; to_ref: string; amount: string | null; payee: string | null },
  occasion: { at: number; ip: string },
) {
  const [live] = await deps.db.read(findLiveVerification(deal.service_sid, deal.to_ref))
  if (!live) return
  if (live.expires_at <= occasion.at) {
    await deps.db.write(expireVerifications(live.sid, 1, occasion))
    return
  }
  const retryAfterS = secondsUntil(live.expires_at, occasion.at)
  if (live.status !== 'pending' || live.sends >= verificationSendsMax)
    throw new TwilioError(60203, undefined, retryAfterS)
  if (live.amount !== deal.amount || live.payee !== deal.payee)
    await deps.db.write(replaceVerification(live.sid, occasion))
}

/** Twilio speaks the language of the country code when no locale is asked for. */
function localeOf(e164: string): Locale {
  if (/^\+(55|351|244|258)/.test(e164)) return 'pt-BR'
  return /^\+(34|5[1-9]|52|50[2-8]|59[1358])/.test(e164) ? 'es' : 'en'
}
