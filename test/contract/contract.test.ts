import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSid, apiKey, type Doors, openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'
import { drives } from './drive/all.ts'
import { lacks, proofs } from './operations.ts'
import { openSession, type Session } from './session.ts'
import { shapeFaults } from './shapes.ts'
import { examples, fill, type Operation, operations, verifyOperations } from './spec.ts'
import { refusalViolations } from './violations.ts'

/** Where an example of Twilio's file is not followed, and why. */
const exceptions: Readonly<Record<string, string[]>> = {
  // WebAuthn wants a list (Level 3, section 5.4); the file shows one object.
  'CreateNewFactorPasskey createPasskeys': ['options.publicKey.pubKeyCredParams'],
  // The file repeats the options of an enrolment where navigator.credentials.get() needs those of a request.
  'CreateChallengePasskeys createChallengeResponse': ['options.publicKey'],
  'CreateChallengePasskeys createChallengeNonDiscoverableResponse': ['options.publicKey'],
  'UpdateChallengePasskeys approvedChallengeResponse': ['options.publicKey'],
  'UpdateChallengePasskeys approvedChallengeNonDiscoverableResponse': ['options.publicKey'],
  // There is no silent network authentication here, so no attempt of it fails.
  'CreateVerificationCheck snaVerificationChecks': ['sna_attempts_error_codes'],
}

describe('Twilio’s files', () => {
  it('have 57 operations of Verify v2 and 82 examples, and the table proves each of them', () => {
    expect(verifyOperations).toHaveLength(57)
    expect(examples().filter(({ operation }) => operation.product === 'verify')).toHaveLength(82)
    expect(Object.keys(proofs).sort()).toEqual(operations.map(({ id }) => id).sort())
    expect(Object.keys(proofs)).toEqual(expect.arrayContaining(Object.keys(lacks)))
    expect([...new Set(Object.values(proofs))].sort()).toEqual(Object.keys(drives).sort())
  })

  it('have no exception that is not theirs', () => {
    const known = examples().map(({ operation, name }) => `${operation.id} ${name}`)
    expect(known).toEqual(expect.arrayContaining(Object.keys(exceptions)))
  })
})

describe('the Twilio door keeps the contract', () => {
  forEachStore((_name, openStore) => {
    let doors: Doors
    const sessions = new Map<string, Session>()
    beforeAll(async () => {
      doors = await openDoors((await openStore()).db)
    })
    afterAll(() => doors.close())

    for (const [name, drive] of Object.entries(drives)) {
      it(name, async () => {
        const session = await openSession(doors)
        sessions.set(name, session)
        try {
          await drive(session)
        } finally {
          expect.soft(session.violations).toEqual([])
        }
        const proved = Object.keys(proofs).filter((id) => proofs[id] === name)
        expect([...session.driven()]).toEqual(expect.arrayContaining(proved))
      })
    }

    it('in every operation of the files', () => {
      const driven = new Set([...sessions.values()].flatMap((session) => [...session.driven()]))
      expect(operations.map(({ id }) => id).filter((id) => !driven.has(id))).toEqual([])
    })

    it('and every operation was asked what its kind is asked', () => {
      const unasked = (what: keyof Session['asked'], of: string[]) => {
        const asked = new Set([...sessions.values()].flatMap((session) => [...session.asked[what]]))
        return [...new Set(of)].filter((one) => !asked.has(one))
      }
      const ids = (kind: (operation: Operation) => boolean) => verifyOperations.filter(kind).map(({ id }) => id)
      const isPage = ({ query }: Operation) => query.some(({ name }) => name === 'PageSize')
      const isInside = ({ path }: Operation) => /\{ServiceSid\}.*\{/.test(path)
      const takesInput = (one: Operation) => isPage(one) || Object.keys(one.body?.properties ?? {}).length > 0
      expect(unasked('pages', ids(isPage))).toEqual([])
      // To enrol somebody in another service makes an entity of the same name there.
      expect(unasked('isolation', ids(isInside))).toEqual(['CreateNewFactor'])
      expect(unasked('input', ids(takesInput))).toEqual([])
      expect(
        unasked(
          'methods',
          verifyOperations.map(({ path }) => path),
        ),
      ).toEqual([])
    })

    describe('and answers in the shape of the example', () => {
      it.each(examples().map((one) => ({ ...one, title: `${one.operation.id} ${one.name}` })))(
        '$title',
        ({ operation, status, title, value }) => {
          const ours = [...sessions.values()]
            .flatMap(({ answers }) => answers)
            .filter((one) => one.operation === operation && isLike(one.answer.status, status))
          const faults = ours.map(({ answer }) => shapeFaults(value, answer.body, exceptions[title]))
          faults.sort((a, b) => a.length - b.length)
          expect(faults[0]).toEqual([])
        },
      )
    })

    it('to nobody without the account’s credentials, and says so before anything else', async () => {
      const { raw, service } = await openSession(doors)
      const [, secret] = apiKey.split(':')
      for (const { id, method, path } of operations) {
        const url = fill(path, namesOf(path, service))
        for (const auth of [`${accountSid}:wrong`, ':', `AC${'0'.repeat(32)}:x`, `SK${'0'.repeat(32)}:${secret}`]) {
          const answer = await raw(method, url, { auth })
          expect({ id, status: answer.status, code: answer.body.code }).toEqual({ id, status: 401, code: 20003 })
          expect(refusalViolations(answer), id).toEqual([])
        }
      }
    })

    it('with an API key as with the account, and 404 for a service that nobody has', async () => {
      const { raw } = await openSession(doors)
      for (const { id, method, path } of operations.filter((one) => one.path.startsWith('/v2/Services/'))) {
        const answer = await raw(method, fill(path, namesOf(path, `VA${'0'.repeat(32)}`)), { auth: apiKey })
        expect({ id, status: answer.status, code: answer.body.code }).toEqual({ id, status: 404, code: 20404 })
        expect(refusalViolations(answer), id).toEqual([])
      }
    })

    it('at paths that no file has', async () => {
      const { raw, service } = await openSession(doors)
      for (const path of [
        '/v2',
        '/v2/',
        '/v2/Nothing',
        `/v2/Services/${service}/Nothing`,
        '/v2/SafeList',
        '/v2/services',
      ])
        for (const method of ['GET', 'POST', 'DELETE']) {
          const answer = await raw(method, path)
          expect(answer.status, `${method} ${path}`).toBe(404)
          expect(refusalViolations(answer), `${method} ${path}`).toEqual([])
        }
    })
  })
})

/** Statuses of one kind: the file often has 200 and 201 for one thing. */
function isLike(ours: number, documented: number): boolean {
  return documented < 300 ? ours < 300 : ours === documented
}

function namesOf(path: string, service: string): Record<string, string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): [string, string] => {
    if (name === 'ServiceSid' || (name === 'Sid' && path === '/v2/Services/{Sid}')) return [name, service]
    return [name, name.endsWith('Sid') ? `VE${'0'.repeat(32)}` : 'anything-at-all']
  })
  return Object.fromEntries(names)
}
