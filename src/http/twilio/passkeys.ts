import type { FastifyInstance } from 'fastify'
import type { Instant } from '../../lib/clock.ts'
import { isSid } from '../../lib/ids.ts'
import { isIdentity } from '../../model/identity.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import type { FactorChallengeRow } from '../../store/factor-challenges.ts'
import { approvePasskey } from '../../verify/passkeys/approve-passkey.ts'
import { challengePasskey } from '../../verify/passkeys/challenge-passkey.ts'
import { createPasskey } from '../../verify/passkeys/create-passkey.ts'
import { canonical, idBytesMax, isBase64url, readingsOf } from '../../verify/passkeys/credential.ts'
import type { PasskeyOverride } from '../../verify/passkeys/relying-party.ts'
import { verifyPasskey } from '../../verify/passkeys/verify-passkey.ts'
import { found, missing } from './answers.ts'
import { challengeBody } from './challenge-body.ts'
import { baseOf, serviceFor, type TwilioDoor } from './door.ts'
import { factorBody } from './factor-body.ts'
import { type Form, given } from './form.ts'
import { jsonForm, snakeCase } from './json.ts'

/** Passkeys: enrolled, verified, asked for and approved with. Bodies are JSON. */
export function registerPasskeys(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/Services/:service/Passkeys/Factors', async (request, reply) => {
    const service = await serviceFor(door, request)
    const form = jsonForm(request.body, ['config', 'config.relying_party'], snakeCase)
    const { factor, options } = await createPasskey(door, {
      service,
      identity: identityOf(form),
      friendlyName: form.required('friendly_name', 64),
      override: overrideOf(form),
      local: door.local,
    })
    return reply.code(201).send({ ...factorBody(factor, baseOf(request, door)), binding: null, options })
  })
  scope.post('/Services/:service/Passkeys/VerifyFactor', async (request) => {
    const service = await serviceFor(door, request)
    const form = jsonForm(request.body, ['response'])
    const verified = await verifyPasskey(door, service, {
      ids: idsOf(form),
      response: {
        clientDataJSON: bytes(form, 'response.clientDataJSON'),
        attestationObject: bytes(form, 'response.attestationObject'),
        transports: transportsOf(form),
      },
    })
    return factorBody(found(request, verified), baseOf(request, door))
  })

  scope.post('/Services/:service/Passkeys/Challenges', async (request, reply) => {
    const service = await serviceFor(door, request)
    const form = jsonForm(request.body, [], snakeCase)
    const factorSid = form.text('factor_sid')
    if (factorSid !== undefined && !isSid('YF', factorSid)) throw missing(request)
    const asked = await challengePasskey(door, {
      service,
      identity: form.text('identity'),
      factorSid: factorSid && `YF${factorSid.slice(2).toLowerCase()}`,
      local: door.local,
    })
    return reply
      .code(201)
      .send(passkeyChallengeBody(found(request, asked), baseOf(request, door), door.clock.now(), 'Challenges'))
  })
  scope.post('/Services/:service/Passkeys/ApproveChallenge', async (request) => {
    const service = await serviceFor(door, request)
    const form = jsonForm(request.body, ['response'])
    const ids = idsOf(form)
    if (ids.length === 0) throw invalidParameter('id')
    const userHandle = form.text('response.userHandle', idTextMax)
    const approved = await approvePasskey(door, {
      service,
      answer: {
        ids,
        response: {
          clientDataJSON: bytes(form, 'response.clientDataJSON'),
          authenticatorData: bytes(form, 'response.authenticatorData'),
          signature: bytes(form, 'response.signature'),
          userHandle: userHandle === undefined ? undefined : readings('response.userHandle', userHandle),
        },
      },
      local: door.local,
    })
    return passkeyChallengeBody(found(request, approved), baseOf(request, door), door.clock.now(), 'ApproveChallenge')
  })
}

function identityOf(form: Form): string {
  const identity = form.required('identity')
  if (!isIdentity(identity)) throw invalidParameter('identity')
  return identity
}

function overrideOf(form: Form): PasskeyOverride {
  const party = given({
    id: form.text('config.relying_party.id'),
    name: form.text('config.relying_party.name', 64),
    origins: form.list('config.relying_party.origins'),
  })
  return {
    relying_party: party,
    ...given({
      authenticator_attachment: form.choice('config.authenticator_attachment', ['platform', 'cross-platform', 'any']),
      discoverable_credentials: form.choice('config.discoverable_credentials', preferences),
      user_verification: form.choice('config.user_verification', preferences),
    }),
  }
}

const preferences = ['required', 'preferred', 'discouraged'] as const

// In hexadecimal.
const idTextMax = 2 * idBytesMax
const bytesTextMax = 100_000

/** What `id` and `rawId` both say; one is enough. Throws 60200 where they differ or are no bytes. */
function idsOf(form: Form): string[] {
  form.choice('type', ['public-key'])
  const [id, rawId] = [form.text('id', idTextMax), form.text('rawId', idTextMax)]
  const ids = id === undefined ? [] : readings('id', id)
  if (rawId === undefined) return ids
  const rawIds = readings('rawId', rawId)
  const both = id === undefined ? rawIds : rawIds.filter((one) => ids.includes(one))
  if (both.length === 0) throw invalidParameter('rawId')
  return both
}

function readings(name: string, text: string): string[] {
  const all = readingsOf(text).filter((one) => one !== '' && Buffer.byteLength(one, 'base64url') <= idBytesMax)
  if (all.length === 0) throw invalidParameter(name)
  return all
}

function bytes(form: Form, name: string): string {
  const text = form.required(name, bytesTextMax)
  if (!isBase64url(text)) throw invalidParameter(name)
  return canonical(text)
}

const transports = new Set(['usb', 'nfc', 'ble', 'smart-card', 'internal', 'hybrid'])

/** Hints for later requests; one that nobody knows is of no use to them. */
function transportsOf(form: Form): string[] {
  return [...new Set(form.list('response.transports') ?? [])].filter((one) => transports.has(one))
}

/** As other challenges, with what the browser is to be asked. Whoever is not known yet is null; nothing is sent to a phone. */
function passkeyChallengeBody(row: FactorChallengeRow, base: string, now: Instant, endpoint: string) {
  const url = `${base}/v2/Services/${row.service_sid}/Passkeys/${endpoint}`
  return { ...challengeBody(row, base, now), url, links: null, options: JSON.parse(row.options ?? '{}') }
}
