import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { invalidParameter, TwilioError } from '../../model/twilio-error.ts'
import type { Verification } from '../../model/verification.ts'
import { checkVerification } from '../../verify/check-verification.ts'
import { fetchVerification } from '../../verify/fetch-verification.ts'
import type { Service } from '../../verify/service.ts'
import { startVerification } from '../../verify/start-verification.ts'
import { isLive, updateVerification } from '../../verify/update-verification.ts'
import { whyGone } from '../../verify/why-gone.ts'
import { callerAddress } from '../caller-address.ts'
import { missing } from './answers.ts'
import { baseOf, param, serviceFor, type TwilioDoor } from './door.ts'
import { formOf } from './form.ts'
import { dealOf, startOf } from './start-form.ts'

/** Verifications and their checks. */
export function registerVerifications(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/Services/:service/Verifications', async (request, reply) => {
    const service = await serviceFor(door, request)
    const started = await startVerification(door, startOf(request, service))
    return reply.code(201).send(verificationBody(started, service, baseOf(request, door)))
  })
  scope.get('/Services/:service/Verifications/:verification', async (request) => {
    const service = await serviceFor(door, request)
    const sidOrTo = param(request, 'verification')
    const one = await fetchVerification(door, service, sidOrTo)
    if (!one) throw await gone(request, door, service, sidOrTo)
    return verificationBody(one, service, baseOf(request, door))
  })
  scope.post('/Services/:service/Verifications/:verification', async (request) => {
    const service = await serviceFor(door, request)
    const sidOrTo = param(request, 'verification')
    if (!(await isLive(door, service, sidOrTo))) throw await gone(request, door, service, sidOrTo)
    const form = formOf(request.body)
    form.required('Status')
    const status = form.choice('Status', ['canceled', 'approved']) ?? 'canceled'
    const updated = await updateVerification(door, { service, sidOrTo, status, ip: callerAddress(request) })
    if (!updated) throw await gone(request, door, service, sidOrTo)
    return verificationBody(updated, service, baseOf(request, door))
  })

  scope.post('/Services/:service/VerificationCheck', async (request) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const [to, sid, deal] = [form.text('To', 320), form.text('VerificationSid'), dealOf(form)]
    const target = sid ?? to
    if (target === undefined) throw new TwilioError(60221)
    const code = form.required('Code')
    if (code.length < 4 || code.length > 10) throw invalidParameter('Code')
    const checked = await checkVerification(door, { service, to, sid, code, ...deal, ip: callerAddress(request) })
    if (!checked) throw await gone(request, door, service, target)
    return checkBody(checked)
  })
}

/** The 404 of a verification that is not live, with the reason where the service asks for it. */
async function gone(request: FastifyRequest, door: TwilioDoor, service: Service, sidOrTo: string) {
  const reason = await whyGone(door, service, sidOrTo)
  return missing(request, reason && { reason })
}

/** A verification as Twilio answers it: snake_case, dates to the second, every documented member present. */
function verificationBody(v: Verification, { settings }: Service, base: string) {
  const carrier = {
    mobile_country_code: null,
    type: v.lineType,
    error_code: null,
    mobile_network_code: null,
    name: null,
  }
  return {
    sid: v.sid,
    service_sid: v.serviceSid,
    account_sid: v.accountSid,
    to: v.to,
    channel: v.channel,
    status: v.status,
    valid: v.status === 'approved',
    lookup: settings.lookup_enabled && v.lineType ? { carrier } : {},
    amount: v.amount,
    payee: v.payee,
    send_code_attempts: v.attempts.map(({ sid, channel, at }) => ({ time: isoSeconds(at), channel, attempt_sid: sid })),
    date_created: isoSeconds(v.createdAt),
    date_updated: isoSeconds(v.updatedAt),
    sna: null,
    url: `${base}/v2/Services/${v.serviceSid}/Verifications/${v.sid}`,
  }
}

/** A check as Twilio answers it. The fifth wrong code still says pending; only the sixth is refused. */
function checkBody(v: Verification) {
  const status = v.status === 'max_attempts_reached' ? 'pending' : v.status
  return {
    sid: v.sid,
    service_sid: v.serviceSid,
    account_sid: v.accountSid,
    to: v.to,
    channel: v.channel,
    status,
    valid: status === 'approved',
    amount: v.amount,
    payee: v.payee,
    sna_attempts_error_codes: [],
    date_created: isoSeconds(v.createdAt),
    date_updated: isoSeconds(v.updatedAt),
  }
}
