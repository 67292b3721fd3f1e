import 'reflect-metadata'
import { generateKeyPairSync, KeyObject, sign } from 'node:crypto'
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'
import fc from 'fast-check'
import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/store/db.ts'
import { sql } from '../../src/store/db.ts'
import { createAuthenticator, type Misbehaviour } from '../support/authenticator.ts'
import { accountSid, authToken, type Doors, type Json, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const relyingParty = { id: 'example.com', name: 'Example', origins: ['https://example.com'] }
const site = { rpId: 'example.com', origin: 'https://example.com' }

describe('passkeys', () => {
  forEachStore((_name, openStore) => {
    let db: Db
    let doors: Doors
    beforeAll(async () => {
      db = (await openStore()).db
      doors = await openDoors(db)
      await setPasskeys({})
    })
    afterAll(() => doors.close())

    const setPasskeys = (more: Record<string, string>, sid = serviceSid) =>
      doors.v2('POST', `/v2/Services/${sid}`, {
        'Passkeys.RelyingParty.Id': relyingParty.id,
        'Passkeys.RelyingParty.Name': relyingParty.name,
        'Passkeys.RelyingParty.Origins': relyingParty.origins.join(','),
        ...more,
      })
    async function newService(more?: Record<string, string>): Promise<string> {
      const { body } = await doors.v2('POST', '/v2/Services', { FriendlyName: 'Other' })
      if (more) await setPasskeys(more, body.sid)
      return body.sid
    }

    type Operation = 'Factors' | 'VerifyFactor' | 'Challenges' | 'ApproveChallenge'
    /** One JSON request to a passkey endpoint. */
    async function send(operation: Operation, body: unknown, sid = serviceSid) {
      const answer = await doors.app.inject({
        method: 'POST',
        url: `/v2/Services/${sid}/Passkeys/${operation}`,
        headers: {
          authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: answer.statusCode, body: JSON.parse(answer.body) as Json, code: JSON.parse(answer.body).code }
    }

    let people = 0
    const newIdentity = () => `passkey-person-${++people}`

    async function begin(identity = newIdentity(), more: object = {}, sid = serviceSid) {
      const made = await send('Factors', { friendly_name: 'Laptop', identity, ...more }, sid)
      expect(made).toMatchObject({ status: 201, body: { status: 'unverified' } })
      return made.body
    }
    /** Somebody with a verified passkey and the authenticator that holds it. */
    async function enrolled(options: { identity?: string; more?: object; sid?: string; wrong?: Misbehaviour } = {}) {
      const factor = await begin(options.identity, options.more, options.sid)
      const authenticator = createAuthenticator(site)
      const credential = authenticator.register(factor.options, options.wrong)
      const verified = await send('VerifyFactor', credential, options.sid)
      expect(verified).toMatchObject({ status: 200, body: { status: 'verified', sid: factor.sid } })
      return { factor: verified.body, authenticator, credential, identity: factor.identity as string }
    }
    async function challenge(body: object = {}, sid = serviceSid) {
      const asked = await send('Challenges', body, sid)
      expect(asked).toMatchObject({ status: 201, body: { status: 'pending' } })
      return asked.body
    }
    async function factorStatus(sid: string) {
      return (await db.read(sql<{ status: string }>`select status from factors where sid = ${sid}`))[0]?.status
    }
    async function challengeStatus(sid: string) {
      return (await db.read(sql<{ status: string }>`select status from factor_challenges where sid = ${sid}`))[0]
        ?.status
    }
    const pathOf = (identity: string) => `/v2/Services/${serviceSid}/Entities/${identity}`

    describe('an enrolment', () => {
      it('answers every member that Twilio documents, with options that a browser takes', async () => {
        const { body } = await send('Factors', { friendly_name: 'Laptop', identity: 'passkey-first' })
        const url = `http://localhost:4000/v2/Services/${serviceSid}/Entities/passkey-first/Factors/${body.sid}`
        expect(body).toEqual({
          sid: expect.stringMatching(/^YF[0-9a-f]{32}$/),
          account_sid: accountSid,
          service_sid: serviceSid,
          entity_sid: expect.stringMatching(/^YE[0-9a-f]{32}$/),
          identity: 'passkey-first',
          binding: null,
          date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          date_updated: expect.stringMatching(/Z$/),
          friendly_name: 'Laptop',
          status: 'unverified',
          factor_type: 'passkeys',
          config: {
            relying_party: relyingParty,
            authenticator_attachment: 'any',
            discoverable_credentials: 'preferred',
            user_verification: 'preferred',
          },
          metadata: null,
          url,
          options: {
            publicKey: {
              rp: { id: 'example.com', name: 'Example' },
              user: { id: expect.any(String), name: 'Laptop', displayName: 'Laptop' },
              challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
              pubKeyCredParams: [-7, -8, -257].map((alg) => ({ alg, type: 'public-key' })),
              timeout: 600_000,
              excludeCredentials: [],
              authenticatorSelection: {
                residentKey: 'preferred',
                requireResidentKey: false,
                userVerification: 'preferred',
              },
              attestation: 'none',
              extensions: { credProps: true },
              hints: [],
            },
          },
        })
      })

      it('names the entity and never the identity in the user handle', async () => {
        const identity = newIdentity()
        const first = await begin(identity)
        const second = await begin(identity)
        const handle = Buffer.from(first.options.publicKey.user.id, 'base64url')
        expect(handle.length).toBeLessThanOrEqual(64)
        expect(handle.toString()).toBe(first.entity_sid)
        expect(second.options.publicKey.user.id).toBe(first.options.publicKey.user.id)
        expect(second.options.publicKey.challenge).not.toBe(first.options.publicKey.challenge)
      })

      it('takes settings of its own, in the words of the wire and of the Node package', async () => {
        const config = {
          relying_party: { id: 'login.example.com', origins: ['https://login.example.com', 'www.login.example.com'] },
          authenticator_attachment: 'platform',
          discoverable_credentials: 'required',
          user_verification: 'required',
        }
        const wanted = {
          ...config,
          relying_party: {
            id: 'login.example.com',
            name: 'Example',
            origins: ['https://login.example.com', 'https://www.login.example.com'],
          },
        }
        const made = await begin(newIdentity(), { config })
        expect(made.config).toEqual(wanted)
        expect(made.options.publicKey).toMatchObject({
          rp: { id: 'login.example.com', name: 'Example' },
          authenticatorSelection: {
            authenticatorAttachment: 'platform',
            residentKey: 'required',
            requireResidentKey: true,
            userVerification: 'required',
          },
        })
        const camel = await send('Factors', {
          friendlyName: 'Phone',
          identity: newIdentity(),
          config: {
            relyingParty: config.relying_party,
            authenticatorAttachment: 'platform',
            discoverableCredentials: 'required',
            userVerification: 'required',
          },
        })
        expect(camel.body).toMatchObject({ friendly_name: 'Phone', config: wanted })
      })

      it('verifies the factor once: a second answer is refused as responded', async () => {
        const { credential, factor } = await enrolled()
        expect(factor).not.toHaveProperty('options')
        expect(factor).not.toHaveProperty('binding')
        expect(await send('VerifyFactor', credential)).toMatchObject({ status: 403, code: 60322 })
      })

      it('reads ids in hexadecimal as well, and needs none', async () => {
        const { options } = await begin()
        const credential = createAuthenticator(site).register(options)
        const rawId = Buffer.from(credential.rawId, 'base64url').toString('hex')
        expect(await send('VerifyFactor', { ...credential, rawId })).toMatchObject({ status: 200 })
        const { options: others } = await begin()
        const { response } = createAuthenticator(site).register(others)
        expect(await send('VerifyFactor', { response })).toMatchObject({ status: 200 })
      })

      const wrongs: [string, Misbehaviour][] = [
        ['another origin', { origin: 'https://example.com.evil.test' }],
        ['plain http', { origin: 'http://example.com' }],
        ['an origin with a port that is not listed', { origin: 'https://example.com:8443' }],
        ['another relying party', { rpId: 'evil.test' }],
        ['no user presence', { userPresent: false }],
        ['an assertion in place of a creation', { type: 'webauthn.get' }],
        ["a frame in another site's page", { crossOrigin: true }],
        ['an attestation by a certificate', { attestation: byCertificate }],
        ['an attestation that its key did not make', { attestation: (signed) => bySelf(signed, newKey()) }],
        ['an attestation that nobody knows', { attestation: () => ({ fmt: 'x', attStmt: new Map() }) }],
      ]
      it.each(wrongs)('is refused for %s', async (_what, wrong) => {
        const { options, sid } = await begin()
        const authenticator = createAuthenticator(site)
        expect(await send('VerifyFactor', authenticator.register(options, wrong))).toMatchObject({
          status: 403,
          code: 60311,
        })
        expect(await factorStatus(sid)).toBe('unverified')
        // The factor waits for a right answer still.
        expect(await send('VerifyFactor', authenticator.register(options))).toMatchObject({ status: 200 })
      })

      it('takes the statement that a key makes of itself, as it takes none', async () => {
        await enrolled({ wrong: { attestation: bySelf } })
      })

      it('is refused when the answer names another credential than the signed data', async () => {
        const { options } = await begin()
        const credential = createAuthenticator(site).register(options)
        const id = Buffer.alloc(32, 7).toString('base64url')
        expect(await send('VerifyFactor', { ...credential, id, rawId: id })).toMatchObject({ status: 403, code: 60311 })
        expect(await send('VerifyFactor', { ...credential, id })).toMatchObject({ status: 400, code: 60200 })
      })

      it('is refused for an id that no authenticator may make', async () => {
        const ofBytes = async (length: number) => {
          const { options } = await begin()
          const credentialId = Buffer.alloc(length, 0x5a).toString('base64url')
          const { response } = createAuthenticator(site).register(options, { credentialId })
          return send('VerifyFactor', { response })
        }
        expect(await ofBytes(1023)).toMatchObject({ status: 200 })
        for (const length of [0, 1024, 65_535])
          expect([length, await ofBytes(length)]).toMatchObject([length, { status: 403, code: 60311 }])
      })

      it('asks for user verification where the settings require it', async () => {
        const required = { config: { user_verification: 'required' } }
        const unverified = { userVerified: false }
        const strict = await begin(newIdentity(), required)
        expect(
          await send('VerifyFactor', createAuthenticator(site).register(strict.options, unverified)),
        ).toMatchObject({ status: 403, code: 60311 })
        await enrolled({ wrong: unverified })
      })

      it('takes five wrong answers, and refuses the sixth and a right one after that', async () => {
        const { options } = await begin()
        const authenticator = createAuthenticator(site)
        const bad = () => send('VerifyFactor', authenticator.register(options, { origin: 'https://evil.test' }))
        const burst = await Promise.all(Array.from({ length: 12 }, bad))
        expect(burst.map(({ code }) => code).sort()).toEqual([...Array(7).fill(60310), ...Array(5).fill(60311)])
        expect(await send('VerifyFactor', authenticator.register(options))).toMatchObject({ status: 429, code: 60310 })
      })

      it('lives ten minutes', async () => {
        const early = await begin()
        const authenticator = createAuthenticator(site)
        doors.clock.advance(599_000)
        expect(await send('VerifyFactor', authenticator.register(early.options))).toMatchObject({ status: 200 })
        const late = await begin()
        doors.clock.advance(600_000)
        expect(await send('VerifyFactor', authenticator.register(late.options))).toMatchObject({
          status: 403,
          code: 60323,
        })
      })

      it('is unknown under a challenge that was altered, and in another service', async () => {
        const other = await newService({})
        const { options } = await begin()
        const authenticator = createAuthenticator(site)
        const altered = Buffer.alloc(32, 9).toString('base64url')
        expect(await send('VerifyFactor', authenticator.register(options, { challenge: altered }))).toMatchObject({
          status: 404,
          code: 20404,
          body: { message: `The requested resource /Services/${serviceSid}/Passkeys/VerifyFactor was not found` },
        })
        expect(await send('VerifyFactor', authenticator.register(options), other)).toMatchObject({
          status: 404,
          code: 20404,
        })
        // Half characters and NUL are no challenge, and no text for a store.
        for (const challenge of ['\u0000', '\ud800', '', 'x'.repeat(5000)]) {
          expect(await send('VerifyFactor', authenticator.register(options, { challenge }))).toMatchObject({
            status: 404,
          })
        }
      })

      it('verifies one of many right answers at once', async () => {
        const { options, sid } = await begin()
        const credentials = Array.from({ length: 12 }, () => createAuthenticator(site).register(options))
        const answers = await Promise.all(credentials.map((one) => send('VerifyFactor', one)))
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
        expect(answers.filter(({ code }) => code === 60322)).toHaveLength(11)
        const kept = await db.read(sql<{ credential_id: string }>`select credential_id from factors where sid = ${sid}`)
        const winner = answers.findIndex(({ status }) => status === 200)
        expect(kept).toEqual([{ credential_id: credentials[winner]?.id }])
      })

      it('gives a credential one owner in a service: the second is refused with 60317', async () => {
        const { credential, identity } = await enrolled()
        for (const person of [newIdentity(), identity]) {
          const { options } = await begin(person)
          const again = createAuthenticator(site).register(options, { credentialId: credential.id })
          expect(await send('VerifyFactor', again)).toMatchObject({ status: 409, code: 60317 })
        }
        // Another service is another world.
        const other = await newService({})
        await enrolled({ sid: other, wrong: { credentialId: credential.id } })
      })

      it('gives a credential that many enrol at once to one of them', async () => {
        const credentialId = Buffer.from(`shared-${people}-0123456789`).toString('base64url')
        const begun = await Promise.all(Array.from({ length: 8 }, () => begin()))
        const answers = await Promise.all(
          begun.map(({ options }) =>
            send('VerifyFactor', createAuthenticator(site).register(options, { credentialId })),
          ),
        )
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
      })

      it('is refused after a hundred in a day for one identity', async () => {
        const identity = newIdentity()
        for (let n = 0; n < 100; n++) await begin(identity)
        const more = () => send('Factors', { friendly_name: 'Laptop', identity })
        expect(await more()).toMatchObject({ status: 429, code: 60326 })
        expect((await doors.v2('DELETE', pathOf(identity))).status).toBe(204)
        expect(await more(), 'as an entity made anew').toMatchObject({ status: 429, code: 60326 })
        doors.clock.advance(86_400_000)
        expect(await more()).toMatchObject({ status: 201 })
      })

      it('excludes the verified passkeys of the same identity, with their transports', async () => {
        const { identity, credential } = await enrolled()
        await begin(identity)
        const { options } = await begin(identity)
        expect(options.publicKey.excludeCredentials).toEqual([
          { id: credential.id, type: 'public-key', transports: ['internal'] },
        ])
        expect((await begin()).options.publicKey.excludeCredentials).toEqual([])
      })
    })

    describe('a relying party', () => {
      it('has to be named by the service or the request', async () => {
        const bare = await newService()
        const wanted = { friendly_name: 'Laptop', identity: newIdentity() }
        expect(await send('Factors', wanted, bare)).toMatchObject({
          status: 400,
          code: 60432,
          body: { message: 'Unsupported passkeys relying party' },
        })
        expect(await send('Challenges', {}, bare)).toMatchObject({ status: 400, code: 60432 })
        const config = { relying_party: { id: 'example.org' } }
        expect((await begin(newIdentity(), { config })).config.relying_party).toEqual({
          id: 'example.org',
          name: 'Example',
          origins: ['https://example.org'],
        })
        const own = { ...wanted, config }
        expect(await send('Factors', own, bare)).toMatchObject({
          status: 201,
          body: {
            config: { relying_party: { id: 'example.org', name: 'example.org', origins: ['https://example.org'] } },
          },
        })
      })

      it.each([
        ['example.com', 'https://evil.test'],
        ['example.com', 'https://evilexample.com'],
        ['example.com', 'https://example.com.evil.test'],
        ['example.com', 'http://example.com'],
        ['example.com', 'https://example.com/path'],
        ['example.com', 'https://user:secret@example.com'],
        ['example.com', 'javascript:alert(1)'],
        ['example.com', 'http://localhost:3000'],
        ['10.0.0.1', 'https://10.0.0.1'],
        ['Example.com', 'https://example.com'],
        ['https://example.com', 'https://example.com'],
        ['example.com:443', 'https://example.com'],
      ])('%s may not have the origin %s', async (id, origin) => {
        const config = { relying_party: { id, origins: [origin] } }
        const made = await send('Factors', { friendly_name: 'Laptop', identity: newIdentity(), config })
        expect(made).toMatchObject({ status: 400, code: 60432 })
      })

      it('may be localhost, on the ports that are listed', async () => {
        const origins = ['http://localhost:3000', 'http://localhost:5173']
        const config = { relying_party: { id: 'localhost', name: 'Dev', origins } }
        const origin = 'http://localhost:5173'
        const good = createAuthenticator({ rpId: 'localhost', origin })
        const { options } = await begin(newIdentity(), { config })
        expect(await send('VerifyFactor', good.register(options, { origin: 'http://localhost:4000' }))).toMatchObject({
          code: 60311,
        })
        expect(await send('VerifyFactor', good.register(options))).toMatchObject({ status: 200 })
      })
    })

    describe('a challenge', () => {
      it('of an identity asks for its verified passkeys, and answers what Twilio documents', async () => {
        const { identity, credential, factor } = await enrolled()
        await begin(identity)
        expect(await challenge({ identity })).toEqual({
          sid: expect.stringMatching(/^YC[0-9a-f]{32}$/),
          account_sid: accountSid,
          service_sid: serviceSid,
          entity_sid: factor.entity_sid,
          identity,
          factor_sid: null,
          factor_type: 'passkeys',
          status: 'pending',
          date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          date_updated: expect.stringMatching(/Z$/),
          date_responded: null,
          details: null,
          expiration_date: expect.stringMatching(/Z$/),
          hidden_details: null,
          links: null,
          metadata: null,
          responded_reason: 'none',
          url: `http://localhost:4000/v2/Services/${serviceSid}/Passkeys/Challenges`,
          options: {
            publicKey: {
              challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
              rpId: 'example.com',
              timeout: 600_000,
              allowCredentials: [{ id: credential.id, type: 'public-key', transports: ['internal'] }],
              userVerification: 'preferred',
            },
          },
        })
      })

      it('is approved by the passkey, and says whose it was', async () => {
        const { identity, factor, authenticator } = await enrolled()
        const asked = await challenge({ identity })
        const approved = await send('ApproveChallenge', authenticator.authenticate(asked.options))
        expect(approved).toMatchObject({
          status: 200,
          body: {
            sid: asked.sid,
            status: 'approved',
            identity,
            entity_sid: factor.entity_sid,
            factor_sid: factor.sid,
            date_responded: expect.stringMatching(/Z$/),
            url: `http://localhost:4000/v2/Services/${serviceSid}/Passkeys/ApproveChallenge`,
            options: asked.options,
          },
        })
      })

      it('of one factor asks for that alone', async () => {
        const { identity, factor, authenticator } = await enrolled()
        const second = await enrolled({ identity })
        const asked = await challenge({ factor_sid: factor.sid })
        expect(asked).toMatchObject({ identity, factor_sid: factor.sid })
        expect(asked.options.publicKey.allowCredentials).toHaveLength(1)
        const all = { publicKey: { ...asked.options.publicKey, allowCredentials: [] } }
        expect(await send('ApproveChallenge', second.authenticator.authenticate(all))).toMatchObject({ code: 60324 })
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({ status: 200 })
      })

      it('of nobody takes whichever passkey is discovered, and names its owner then', async () => {
        const { identity, factor, authenticator } = await enrolled()
        const asked = await challenge()
        expect(asked).toMatchObject({ identity: null, entity_sid: null, factor_sid: null })
        expect(asked.options.publicKey.allowCredentials).toEqual([])
        const approved = await send('ApproveChallenge', authenticator.authenticate(asked.options))
        expect(approved).toMatchObject({
          status: 200,
          body: { status: 'approved', identity, entity_sid: factor.entity_sid, factor_sid: factor.sid },
        })
      })

      it('of nobody needs the user handle of the owner', async () => {
        const { authenticator } = await enrolled()
        const other = await enrolled()
        const asked = await challenge()
        const handle = Buffer.from(other.factor.entity_sid).toString('base64url')
        for (const userHandle of [null, handle, 'AAAA']) {
          const answer = authenticator.authenticate(asked.options, { userHandle })
          expect(await send('ApproveChallenge', answer)).toMatchObject({ status: 403, code: 60324 })
        }
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({ status: 200 })
      })

      it('of an identity goes without a user handle, but not with that of another', async () => {
        const { identity, authenticator } = await enrolled()
        const other = await enrolled()
        const userHandle = Buffer.from(other.factor.entity_sid).toString('base64url')
        const asked = await challenge({ identity })
        const answer = (wrong: Misbehaviour) =>
          send('ApproveChallenge', authenticator.authenticate(asked.options, wrong))
        expect(await answer({ userHandle })).toMatchObject({ status: 403, code: 60324 })
        expect(await answer({ userHandle: null })).toMatchObject({ status: 200 })
      })

      it("is not approved by somebody else's passkey", async () => {
        const { identity } = await enrolled()
        const thief = await enrolled()
        const asked = await challenge({ identity })
        const open = { publicKey: { ...asked.options.publicKey, allowCredentials: [] } }
        expect(await send('ApproveChallenge', thief.authenticator.authenticate(open))).toMatchObject({
          status: 403,
          code: 60324,
        })
        expect(await challengeStatus(asked.sid)).toBe('pending')
      })

      it('is refused for an identity or factor that has no passkey, or none that is verified', async () => {
        const unverified = await begin()
        const { factor } = await enrolled()
        expect(await send('Challenges', { identity: newIdentity() })).toMatchObject({ status: 404, code: 20404 })
        expect(await send('Challenges', { factor_sid: `YF${'0'.repeat(32)}` })).toMatchObject({ status: 404 })
        expect(await send('Challenges', { factor_sid: 'nonsense' })).toMatchObject({ status: 404, code: 20404 })
        expect(await send('Challenges', { identity: unverified.identity, factor_sid: factor.sid })).toMatchObject({
          status: 404,
        })
        expect(await send('Challenges', { identity: unverified.identity })).toMatchObject({ status: 403, code: 60318 })
        expect(await send('Challenges', { factor_sid: unverified.sid })).toMatchObject({ status: 403, code: 60318 })
        const other = await newService({})
        expect(await send('Challenges', { factor_sid: factor.sid }, other)).toMatchObject({ status: 404 })
      })

      const wrongs: [string, Misbehaviour][] = [
        ['another origin', { origin: 'https://evil.test' }],
        ['another relying party', { rpId: 'evil.test' }],
        ['another key', { otherKey: true }],
        ['no user presence', { userPresent: false }],
        ['a creation in place of an assertion', { type: 'webauthn.create' }],
        ["a frame in another site's page", { crossOrigin: true }],
      ]
      it.each(wrongs)('is refused for %s', async (_what, wrong) => {
        const { identity, authenticator } = await enrolled()
        const asked = await challenge({ identity })
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options, wrong))).toMatchObject({
          status: 403,
          code: 60324,
          body: { message: 'Challenge verification failed' },
        })
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({ status: 200 })
      })

      it('is refused when a byte of what was signed, or of the signature, is another', async () => {
        const { identity, authenticator } = await enrolled()
        const flip = (text: string, at: number) => {
          const bytes = Buffer.from(text, 'base64url')
          bytes[at] = (bytes[at] ?? 0) ^ 1
          return bytes.toString('base64url')
        }
        const asked = await challenge({ identity })
        for (const member of ['authenticatorData', 'signature'] as const) {
          const answer = authenticator.authenticate(asked.options)
          answer.response[member] = flip(answer.response[member], 36)
          expect(await send('ApproveChallenge', answer)).toMatchObject({ status: 403, code: 60324 })
        }
      })

      it('is unknown under an altered challenge, and in another service', async () => {
        const { authenticator } = await enrolled()
        const other = await newService({})
        const asked = await challenge()
        const altered = authenticator.authenticate(asked.options, { challenge: Buffer.alloc(32).toString('base64url') })
        expect(await send('ApproveChallenge', altered)).toMatchObject({ status: 404, code: 20404 })
        const right = authenticator.authenticate(asked.options)
        expect(await send('ApproveChallenge', right, other)).toMatchObject({ status: 404, code: 20404 })
      })

      it('of one passkey is not answered by the challenge of an enrolment, nor the reverse', async () => {
        const { authenticator, identity } = await enrolled()
        const begun = await begin(identity)
        const asked = await challenge({ identity })
        const crossed = { publicKey: { challenge: begun.options.publicKey.challenge } }
        expect(await send('ApproveChallenge', authenticator.authenticate(crossed))).toMatchObject({ status: 404 })
        const other = { publicKey: { ...asked.options.publicKey, user: { id: 'AAAA' } } }
        expect(await send('VerifyFactor', createAuthenticator(site).register(other))).toMatchObject({ status: 404 })
      })

      it('counts once: a replay is refused as responded, and moves nothing', async () => {
        const { identity, authenticator } = await enrolled()
        const asked = await challenge({ identity })
        const answer = authenticator.authenticate(asked.options)
        expect(await send('ApproveChallenge', answer)).toMatchObject({ status: 200 })
        expect(await send('ApproveChallenge', answer)).toMatchObject({ status: 403, code: 60322 })
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({ code: 60322 })
      })

      it('is approved by one of many right assertions at once', async () => {
        const { identity, authenticator, factor } = await enrolled()
        const asked = await challenge({ identity })
        const same = authenticator.authenticate(asked.options)
        const assertions = [
          ...Array.from({ length: 10 }, () => same),
          ...Array.from({ length: 10 }, () => authenticator.authenticate(asked.options)),
        ]
        const answers = await Promise.all(assertions.map((one) => send('ApproveChallenge', one)))
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
        expect(answers.filter(({ code }) => code === 60322)).toHaveLength(19)
        const winner = answers.findIndex(({ status }) => status === 200)
        const counter = Buffer.from(assertions[winner]?.response.authenticatorData ?? '', 'base64url').readUInt32BE(33)
        const [kept] = await db.read(
          sql<{ sign_count: number }>`select sign_count from factors where sid = ${factor.sid}`,
        )
        expect(kept).toEqual({ sign_count: counter })
      })

      it('lives five minutes', async () => {
        const { identity, authenticator } = await enrolled()
        const early = await challenge({ identity })
        doors.clock.advance(299_000)
        expect(await send('ApproveChallenge', authenticator.authenticate(early.options))).toMatchObject({ status: 200 })
        const late = await challenge({ identity })
        doors.clock.advance(300_000)
        expect(await send('ApproveChallenge', authenticator.authenticate(late.options))).toMatchObject({
          status: 403,
          code: 60323,
        })
      })

      it('takes five wrong answers, and refuses the sixth and a right one after that', async () => {
        const { identity, authenticator } = await enrolled()
        const asked = await challenge({ identity })
        const bad = () => send('ApproveChallenge', authenticator.authenticate(asked.options, { otherKey: true }))
        const burst = await Promise.all(Array.from({ length: 12 }, bad))
        expect(burst.map(({ code }) => code).sort()).toEqual([...Array(7).fill(60308), ...Array(5).fill(60324)])
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({
          status: 429,
          code: 60308,
        })
        const next = await challenge({ identity })
        expect(await send('ApproveChallenge', authenticator.authenticate(next.options))).toMatchObject({ status: 200 })
      })

      it('asks for user verification where the service or the passkey requires it', async () => {
        const strict = await newService({ 'Passkeys.UserVerification': 'required' })
        const unverified = { userVerified: false }
        const byService = await enrolled({ sid: strict })
        for (const body of [{}, { identity: byService.identity }]) {
          const asked = await challenge(body, strict)
          expect(asked.options.publicKey.userVerification).toBe('required')
          const answer = byService.authenticator.authenticate(asked.options, unverified)
          expect(await send('ApproveChallenge', answer, strict)).toMatchObject({ status: 403, code: 60324 })
        }
        const own = await enrolled({ more: { config: { user_verification: 'required' } } })
        const named = await challenge({ factor_sid: own.factor.sid })
        expect(named.options.publicKey.userVerification).toBe('required')
        const discovered = await challenge()
        for (const { options } of [named, discovered]) {
          expect(await send('ApproveChallenge', own.authenticator.authenticate(options, unverified))).toMatchObject({
            code: 60324,
          })
          expect(await send('ApproveChallenge', own.authenticator.authenticate(options))).toMatchObject({ status: 200 })
        }
        const since = await newService({})
        const before = await enrolled({ sid: since })
        await setPasskeys({ 'Passkeys.UserVerification': 'required' }, since)
        doors.clock.advance(1000)
        const stricter = await challenge({ identity: before.identity }, since)
        const answer = before.authenticator.authenticate(stricter.options, unverified)
        expect(await send('ApproveChallenge', answer, since)).toMatchObject({ status: 403, code: 60324 })
        const lax = await enrolled()
        const { options } = await challenge({ identity: lax.identity })
        expect(await send('ApproveChallenge', lax.authenticator.authenticate(options, unverified))).toMatchObject({
          status: 200,
        })
      })

      it('is asked under the relying party of the passkeys, and takes origins that the service has since', async () => {
        const sid = await newService({})
        const config = { relying_party: { id: 'other.test', origins: ['https://other.test'] } }
        const begun = await begin(newIdentity(), { config }, sid)
        const other = createAuthenticator({ rpId: 'other.test', origin: 'https://other.test' })
        await send('VerifyFactor', other.register(begun.options), sid)
        const first = await challenge({ identity: begun.identity }, sid)
        expect(first.options.publicKey.rpId).toBe('other.test')
        expect(await send('ApproveChallenge', other.authenticate(first.options), sid)).toMatchObject({ status: 200 })
        // With one of the service's own beside it, the service's relying party is asked for.
        const own = await enrolled({ identity: begun.identity, sid })
        doors.clock.advance(1000)
        const third = await begin(begun.identity, { config }, sid)
        await send('VerifyFactor', other.register(third.options), sid)
        const second = await challenge({ identity: begun.identity }, sid)
        expect(second.options.publicKey).toMatchObject({
          rpId: 'example.com',
          allowCredentials: [{ id: own.credential.id }],
        })
        await setPasskeys({ 'Passkeys.RelyingParty.Origins': 'https://example.com,https://shop.example.com' }, sid)
        const answer = own.authenticator.authenticate(second.options, { origin: 'https://shop.example.com' })
        doors.clock.advance(1000)
        expect(await send('ApproveChallenge', answer, sid)).toMatchObject({ status: 200 })
      })
    })

    describe('the signature counter', () => {
      const signIn = async (person: Awaited<ReturnType<typeof enrolled>>, counter: number) => {
        const { options } = await challenge({ identity: person.identity })
        return send('ApproveChallenge', person.authenticator.authenticate(options, { counter }))
      }

      it('goes forward only', async () => {
        const person = await enrolled({ wrong: { counter: 5 } })
        for (const [counter, code] of [
          [5, 60324],
          [0, 60324],
          [6, undefined],
          [6, 60324],
          [4, 60324],
          [4_294_967_295, undefined],
          [1, 60324],
        ] as const)
          expect([counter, (await signIn(person, counter)).code]).toEqual([counter, code])
      })

      it('may stay at zero, on authenticators that do not count', async () => {
        const person = await enrolled()
        expect((await signIn(person, 0)).status).toBe(200)
        expect((await signIn(person, 0)).status).toBe(200)
        expect((await signIn(person, 3)).status).toBe(200)
        expect((await signIn(person, 0)).code).toBe(60324)
      })

      it('counts for one of two challenges that a copied authenticator answers at once', async () => {
        const { identity, authenticator } = await enrolled()
        for (let round = 1; round <= 5; round++) {
          const asked = await Promise.all(Array.from({ length: 6 }, () => challenge({ identity })))
          const answers = await Promise.all(
            asked.map(({ options }) =>
              send('ApproveChallenge', authenticator.authenticate(options, { counter: round * 10 })),
            ),
          )
          expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(5).fill(403)])
          const states = await Promise.all(asked.map(({ sid }) => challengeStatus(sid)))
          // A refused counter takes its approval back.
          expect(states.filter((status) => status === 'approved')).toHaveLength(1)
        }
      })
    })

    describe('beside other factors', () => {
      it('a passkey shows where factors do, and its challenge where challenges do', async () => {
        const { identity, factor, authenticator } = await enrolled()
        const path = pathOf(identity)
        expect((await doors.v2('GET', `${path}/Factors/${factor.sid}`)).body).toEqual(factor)
        expect((await doors.v2('GET', `${path}/Factors`)).body.factors).toEqual([factor])
        const asked = await challenge()
        expect((await doors.v2('GET', `${path}/Challenges`)).body.challenges).toEqual([])
        await send('ApproveChallenge', authenticator.authenticate(asked.options))
        const listed = await doors.v2('GET', `${path}/Challenges`)
        expect(listed.body.challenges).toMatchObject([
          { sid: asked.sid, status: 'approved', factor_sid: factor.sid, factor_type: 'passkeys' },
        ])
        expect((await doors.v2('GET', `${path}/Challenges/${asked.sid}`)).body).toMatchObject({
          sid: asked.sid,
          status: 'approved',
          identity,
        })
      })

      it('a deleted factor takes its credential along', async () => {
        const { identity, factor, authenticator, credential } = await enrolled()
        const asked = await challenge({ identity })
        expect((await doors.v2('DELETE', `${pathOf(identity)}/Factors/${factor.sid}`)).status).toBe(204)
        expect(await send('ApproveChallenge', authenticator.authenticate(asked.options))).toMatchObject({ code: 60324 })
        expect(await send('Challenges', { identity })).toMatchObject({ status: 404 })
        // Nobody has the credential now, so somebody may enrol it.
        const next = await enrolled({ wrong: { credentialId: credential.id } })
        // It does not answer for its former owner.
        const answer = next.authenticator.authenticate(asked.options, { userHandle: null })
        expect(await send('ApproveChallenge', answer)).toMatchObject({ code: 60324 })
      })

      it('owes factor.created, factor.verified and challenge.approved to webhooks, once each', async () => {
        const sid = await newService({})
        await db.write(sql`
          insert into webhooks (sid, service_sid, account_sid, friendly_name, event_types, webhook_url, status, version, created_at, updated_at)
          values (${`YW${String(++people).padStart(32, '0')}`}, ${sid}, ${accountSid}, 'all', '["*"]', 'https://example.com/', 'enabled', 'v2', 1, 1)`)
        const { identity, factor, authenticator, credential } = await enrolled({ sid })
        await send('VerifyFactor', credential, sid)
        const asked = await challenge({}, sid)
        const answer = authenticator.authenticate(asked.options)
        await Promise.all([answer, answer, answer].map((one) => send('ApproveChallenge', one, sid)))
        const owed = await db.read(
          sql<{ event_type: string; body: string }>`
            select event_type, body from webhook_deliveries where service_sid = ${sid} order by event_type`,
        )
        const event = { accountSid, serviceSid: sid, identity, factorSid: factor.sid, factorType: 'passkeys' }
        expect(owed.map(({ event_type, body }) => [event_type, JSON.parse(body)])).toEqual([
          ['challenge.approved', { type: 'challenge.approved', ...event, challengeSid: asked.sid }],
          ['factor.created', { type: 'factor.created', ...event }],
          ['factor.verified', { type: 'factor.verified', ...event }],
        ])
      })
    })

    describe('bad input', () => {
      const ill: [Operation, unknown, string][] = [
        ['Factors', {}, 'identity'],
        ['Factors', { identity: 'passkey-bad-input' }, 'friendly_name'],
        ['Factors', { identity: 'passkey-bad-input', friendly_name: 7 }, 'friendly_name'],
        ['Factors', { identity: 'passkey-bad-input', friendly_name: 'a', friendlyName: 'b' }, 'friendly_name'],
        ['Factors', { identity: 'passkey-bad-input', friendly_name: 'a', config: 'x' }, 'config'],
        ['Factors', { identity: 'passkey-bad-input', friendly_name: 'a', config: [] }, 'config'],
        [
          'Factors',
          { identity: 'passkey-bad-input', friendly_name: 'a', config: { user_verification: 'sometimes' } },
          'config.user_verification',
        ],
        [
          'Factors',
          { identity: 'passkey-bad-input', friendly_name: 'a', config: { relying_party: { origins: [1] } } },
          'config.relying_party.origins',
        ],
        ['Challenges', { identity: 7 }, 'identity'],
        ['VerifyFactor', {}, 'response.clientDataJSON'],
        ['ApproveChallenge', {}, 'id'],
        ['Factors', { identity: 'a name with spaces', friendly_name: 'a' }, 'identity'],
        ['VerifyFactor', { id: '!', rawId: '!' }, 'id'],
        ['VerifyFactor', { id: 'AAAA', rawId: 'AAAB' }, 'rawId'],
        ['VerifyFactor', { id: 'x'.repeat(1368) }, 'id'],
        ['VerifyFactor', { id: 'AAAA', type: 'password' }, 'type'],
        ['VerifyFactor', { id: 'AAAA' }, 'response.clientDataJSON'],
        ['VerifyFactor', { id: 'AAAA', response: 'x' }, 'response'],
        ['VerifyFactor', { id: 'AAAA', response: { clientDataJSON: '+++' } }, 'response.clientDataJSON'],
        ['VerifyFactor', { id: 'AAAA', response: { clientDataJSON: 'AAAA' } }, 'response.attestationObject'],
        [
          'VerifyFactor',
          { id: 'AAAA', response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } },
          'response.clientDataJSON',
        ],
        [
          'ApproveChallenge',
          { id: 'AAAA', response: { clientDataJSON: 'e30', authenticatorData: 'AAAA' } },
          'response.signature',
        ],
        [
          'ApproveChallenge',
          { id: 'AAAA', response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' } },
          'response.clientDataJSON',
        ],
      ]
      it.each(ill.map(([operation, body, name]) => [operation, name, body] as const))(
        '%s names an ill %s',
        async (operation, name, body) => {
          const answer = await send(operation, body)
          expect([answer.status, answer.code, answer.body.message]).toEqual([400, 60200, `Invalid parameter: ${name}`])
        },
      )

      it('that is no JSON object is refused', async () => {
        for (const operation of ['Factors', 'VerifyFactor', 'Challenges', 'ApproveChallenge'] as const)
          for (const body of ['[]', '"x"', '7', '{', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`])
            expect([body, (await send(operation, body)).code]).toEqual([body, 60200])
        const form = await doors.v2('POST', `/v2/Services/${serviceSid}/Passkeys/Challenges`, { identity: 'x' })
        expect(form).toMatchObject({ status: 400, body: { code: 60200 } })
        expect(await send('Challenges', {}, `VA${'0'.repeat(32)}`)).toMatchObject({ status: 404 })
      })

      it('of any bytes never fails, never verifies and never approves', { timeout: 60_000 }, async () => {
        const { identity, authenticator } = await enrolled()
        const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some).toString('base64url'))
        const begun = await begin()
        const good = createAuthenticator(site).register(begun.options)
        const goodBytes = Buffer.from(good.response.attestationObject, 'base64url')
        const damaged = fc.tuple(fc.nat(goodBytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
          const copy = Buffer.from(goodBytes)
          copy[at] = (copy[at] ?? 0) ^ mask
          return copy.toString('base64url')
        })
        const cbor = fc
          .letrec<{ any: CBORType }>((tie) => ({
            any: fc.oneof(
              { depthSize: 'small' },
              fc.integer() as fc.Arbitrary<CBORType>,
              fc.string() as fc.Arbitrary<CBORType>,
              fc.uint8Array({ maxLength: 80 }) as fc.Arbitrary<CBORType>,
              fc.array(tie('any'), { maxLength: 3 }) as fc.Arbitrary<CBORType>,
            ),
          }))
          .any.map((any) =>
            encodeCBOR(
              new Map<string, CBORType>([
                ['fmt', 'none'],
                ['attStmt', any],
                ['authData', any],
              ]),
            ),
          )
          .map((some) => Buffer.from(some).toString('base64url'))
        const fresh = async () => ({ begun: await begin(), asked: await challenge({ identity }) })
        let round = await fresh()
        let tries = 0
        const next = async () => {
          if (++tries % 4 === 0) round = await fresh()
          return round
        }
        await fc.assert(
          fc.asyncProperty(fc.oneof(bytes, damaged, cbor), bytes, bytes, async (attestationObject, other, third) => {
            const { begun: enrolment, asked } = await next()
            const created = createAuthenticator(site).register(enrolment.options)
            created.response.attestationObject = attestationObject
            const answer = authenticator.authenticate(asked.options)
            answer.response.authenticatorData = other
            answer.response.signature = third
            const outcomes = [await send('VerifyFactor', created), await send('ApproveChallenge', answer)]
            for (const { status } of outcomes) expect([400, 403]).toContain(status)
            created.response.clientDataJSON = other
            answer.response.clientDataJSON = third
            for (const { status } of [await send('VerifyFactor', created), await send('ApproveChallenge', answer)])
              expect([400, 404]).toContain(status)
          }),
          { numRuns: 150 },
        )
      })
    })

    it('serves the official package: enrolled, verified, asked for and approved with it', async () => {
      const client = twilio(accountSid, authToken)
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      const { newFactors, newVerifyFactors, approveChallenge, newChallenge } = client.verify.v2.services(serviceSid)
      const authenticator = createAuthenticator(site)
      const identity = newIdentity()
      const made = await newFactors.create({
        friendlyName: 'Laptop',
        identity,
        config: { userVerification: 'required' },
      } as never)
      expect(made).toMatchObject({ status: 'unverified', factorType: 'passkeys', identity, binding: null })
      const verified = await newVerifyFactors.update(authenticator.register(made.options) as never)
      expect(verified).toMatchObject({ status: 'verified', sid: made.sid, dateCreated: expect.any(Date) })
      const asked = await newChallenge().create({ factorSid: made.sid } as never)
      expect(asked).toMatchObject({ status: 'pending', factorSid: made.sid })
      const assertion = authenticator.authenticate(asked.options as never)
      const approved = await approveChallenge.update(assertion as never)
      expect(approved).toMatchObject({ status: 'approved', identity, sid: asked.sid, dateResponded: expect.any(Date) })
      await expect(approveChallenge.update(assertion as never)).rejects.toMatchObject({ status: 403, code: 60322 })
    })
  })
})

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** Self attestation (WebAuthn Level 3, section 8.2). */
function bySelf(signed: Buffer, key: KeyObject) {
  const sig = new Uint8Array(sign('sha256', signed, key))
  return {
    fmt: 'packed',
    attStmt: new Map<string, CBORType>([
      ['alg', -7],
      ['sig', sig],
    ]),
  }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const maker = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
const certificate = await X509CertificateGenerator.createSelfSigned({
  serialNumber: '01',
  name: 'C=BR, O=Anybody, OU=Authenticator Attestation, CN=Anybody',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2060-01-01'),
  signingAlgorithm: algorithm,
  keys: maker,
  extensions: [new BasicConstraintsExtension(false, undefined, true)],
})

/** A statement that holds by a certificate that anybody can make. */
function byCertificate(signed: Buffer) {
  const { attStmt } = bySelf(signed, KeyObject.from(maker.privateKey))
  return { fmt: 'packed', attStmt: attStmt.set('x5c', [new Uint8Array(certificate.rawData)]) }
}
