import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isSid, newSid } from '../../lib/ids.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import type { FactorChallengeRow } from '../../store/factor-challenges.ts'
import { readEntity } from '../../verify/entities.ts'
import { answerChallenge } from '../../verify/factors/answer-challenge.ts'
import { createChallenge } from '../../verify/factors/create-challenge.ts'
import { notifyChallenge } from '../../verify/factors/notify-challenge.ts'
import { signedMembers } from '../../verify/factors/push.ts'
import { challengePages, readChallenge } from '../../verify/factors/read-factors.ts'
import { found } from './answers.ts'
import { challengeBody } from './challenge-body.ts'
import { baseOf, sidParam, type TwilioDoor, tenantFor } from './door.ts'
import { knownIdentityParam } from './entities.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

const path = '/Services/:service/Entities/:identity/Challenges'
const hourMs = 3_600_000
const fieldsMax = 20
// What a phone signs holds all it was shown, in base64: the largest of these challenges, and some room.
const payloadMax = 100_000
const statuses = ['pending', 'expired', 'approved', 'denied'] as const

/** Challenges of an entity's factors, and their Notifications. */
export function registerChallenges(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post(path, async (request, reply) => {
    const { service, tenant } = await tenantFor(door, request)
    const identity = knownIdentityParam(request)
    found(request, await readEntity(door, tenant, identity))
    const form = formOf(request.body)
    const made = await createChallenge(door, {
      service,
      identity,
      factorSid: factorSidOf(form) ?? form.required('FactorSid'),
      expiresAt: expirationOf(form, door.clock.now()),
      details: detailsOf(form),
      hiddenDetails: form.object('HiddenDetails'),
      authPayload: form.text('AuthPayload', payloadMax),
    })
    return reply.code(201).send(challengeBody(found(request, made), baseOf(request, door), door.clock.now()))
  })
  scope.get(path, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const identity = knownIdentityParam(request)
    found(request, await readEntity(door, tenant, identity))
    const form = formOf(request.query)
    const filter = {
      factorSid: factorSidOf(form) ?? null,
      status: form.choice('Status', statuses) ?? null,
      order: form.choice('Order', ['asc', 'desc']) ?? ('asc' as const),
    }
    const read = found(request, await challengePages(door, tenant, identity, filter))
    const now = door.clock.now()
    return pageOf(request, door, 'challenges', read, (one) => challengeBody(one, baseOf(request, door), now))
  })
  scope.get(`${path}/:sid`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const one = found(request, await readChallenge(door, tenant, knownIdentityParam(request), sidParam(request, 'YC')))
    const body = challengeBody(one, baseOf(request, door), door.clock.now())
    if (one.factor_type === 'push' && body.status === 'pending')
      reply.header('twilio-verify-signature-fields', signedMembers.join(','))
    return body
  })
  scope.post(`${path}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const form = formOf(request.body)
    const [identity, sid] = [knownIdentityParam(request), sidParam(request, 'YC')]
    const bodyOf = (row: FactorChallengeRow) => challengeBody(row, baseOf(request, door), door.clock.now())
    const shown = bodyOf(found(request, await readChallenge(door, tenant, identity, sid)))
    const authPayload = form.required('AuthPayload', payloadMax)
    const metadata = form.object('Metadata')
    const answered = await answerChallenge(door, { tenant, identity, sid, authPayload, metadata, shown })
    return bodyOf(found(request, answered))
  })
  scope.post(`${path}/:sid/Notifications`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const [owner, asked] = [knownIdentityParam(request), sidParam(request, 'YC')]
    found(request, await readChallenge(door, tenant, owner, asked))
    const ttl = formOf(request.body).integer('Ttl', 0, 300) ?? 300
    const notified = await notifyChallenge(door, tenant, owner, asked)
    const at = door.clock.now()
    const { account_sid, service_sid, entity_sid, identity, sid } = found(request, notified)
    return reply.code(201).send({
      sid: newSid('NT', at, door.random),
      account_sid,
      service_sid,
      entity_sid,
      identity,
      challenge_sid: sid,
      priority: 'high',
      ttl,
      date_created: isoSeconds(at),
    })
  })
}

function factorSidOf(form: Form): string | undefined {
  const sid = form.text('FactorSid')
  if (sid === undefined) return undefined
  if (!isSid('YF', sid)) throw invalidParameter('FactorSid')
  return `YF${sid.slice(2).toLowerCase()}`
}

/** In the future, and within the hour. */
function expirationOf(form: Form, now: number): number | undefined {
  const at = form.instant('ExpirationDate')
  if (at !== undefined && (at <= now || at > now + hourMs)) throw invalidParameter('ExpirationDate')
  return at
}

/** What the user is shown; undefined when nothing is. */
function detailsOf(form: Form) {
  const message = form.text('Details.Message', 1024) ?? null
  const fields = (form.list('Details.Fields') ?? []).map(fieldOf)
  if (fields.length > fieldsMax) throw invalidParameter('Details.Fields')
  return message === null && fields.length === 0 ? undefined : { message, fields }
}

function fieldOf(json: string): { label: string; value: string } {
  const { label, value } = formOf({ field: json }).object('field') ?? {}
  const right = (text: unknown): text is string => typeof text === 'string' && text.length <= 256
  if (!right(label) || !right(value)) throw invalidParameter('Details.Fields')
  return { label, value }
}
