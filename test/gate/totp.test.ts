import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { openDoors, wrong } from '../support/doors.ts'
import { approveBySms, enrolApp, enrolledSubject, openPayout } from '../support/enrol.ts'
import { forEachStore } from '../support/stores.ts'

describe('an authenticator app', () => {
  forEachStore((_name, openStore) => {
    async function ready() {
      const doors = await openDoors((await openStore()).db)
      const subject = await enrolledSubject(doors)
      doors.clock.advance(60_000)
      const app = await enrolApp(doors, subject)
      // The step of the enrolment is used up.
      doors.clock.advance(60_000)
      const check = (id: string, code: string) => doors.v1('POST', `/transactions/${id}/checks`, { code })
      const payout = async () => (await openPayout(doors, subject, 'totp')).id
      return { doors, subject, app, check, payout }
    }

    it('is shown after a proven phone and accepted in a later step, with ten recovery codes, and approves a payout', async () => {
      const { doors, subject, app, check, payout } = await ready()
      expect(app.open.body).toMatchObject({ type: 'totp', uri: expect.stringMatching(/^otpauth:\/\/totp\/Sympla:/) })
      expect(app.open.body.qr_svg).toMatch(/^<svg /)
      expect(app.recoveryCodes).toHaveLength(10)
      expect((await doors.v1('GET', `/transactions/${app.id}/enrolment`)).body.code).toBe('transaction_released')
      const id = await payout()
      const asked = await doors.v1('GET', `/transactions/${id}`)
      expect(asked.body.next_action).toMatchObject({
        type: 'enter_code',
        channel: 'totp',
        code_length: 6,
        sends_left: 5,
      })
      expect((await check(id, app.codeAt())).body).toMatchObject({ status: 'approved', approved_by: ['totp'] })
      const { receipt } = (await doors.v1('POST', `/transactions/${id}/release`)).body
      expect(decodeJwt(receipt)).toMatchObject({ amr: ['totp'], binding: 'page' })
      expect((await doors.v1('GET', subject.path)).body).toMatchObject({
        recovery_codes_left: 10,
        factors: [{ type: 'totp' }],
      })
    })

    it('makes no code that works twice: not again, not a step earlier, not on another transaction', async () => {
      const { app, check, payout } = await ready()
      const [first, second, third] = [await payout(), await payout(), await payout()]
      const [earlier, now] = [app.codeAt(-1), app.codeAt()]
      expect((await check(first, now)).body.status).toBe('approved')
      expect((await check(second, now)).body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
      expect((await check(third, earlier)).body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
      expect((await check(third, app.codeAt(1))).body.status).toBe('approved')
    })

    it('may be one step early or late, and no more', async () => {
      const { app, check, payout } = await ready()
      for (const [steps, status] of [
        [-2, 'pending'],
        [2, 'pending'],
        [-1, 'approved'],
        [1, 'approved'],
      ] as const) {
        expect([steps, (await check(await payout(), app.codeAt(steps))).body.status]).toEqual([steps, status])
      }
    })

    it('is not believed on two transactions at once', async () => {
      const { app, check, payout } = await ready()
      const ids = await Promise.all(Array.from({ length: 6 }, payout))
      const code = app.codeAt()
      const answers = await Promise.all(ids.map((id) => check(id, code)))
      expect(answers.filter(({ body }) => body.status === 'approved')).toHaveLength(1)
    })

    it('locks the transaction after five wrong codes of thirty', async () => {
      const { app, check, payout } = await ready()
      const id = await payout()
      const answers = []
      for (let i = 0; i < 30; i++) answers.push((await check(id, wrong(app.codeAt()))).status)
      expect(answers.filter((status) => status === 200)).toHaveLength(5)
      expect((await check(id, app.codeAt())).body.code).toBe('transaction_locked')
    })

    it('shares its tries with the codes of messages', async () => {
      const { doors, subject, app, check, payout } = await ready()
      const id = await payout()
      for (let i = 0; i < 3; i++) await check(id, wrong(app.codeAt()))
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      const code = doors.codeFor(subject.phone)
      expect((await check(id, wrong(code))).body.next_action.checks_left).toBe(1)
      // The app's code is not looked at while a message's is asked for.
      expect((await check(id, app.codeAt() === code ? wrong(code) : app.codeAt())).body.status).toBe('locked')
    })

    it('is compared with six ASCII digits and nothing else', async () => {
      const { app, check, payout } = await ready()
      const id = await payout()
      const code = app.codeAt()
      for (const odd of [
        `${code} `,
        ` ${code}`,
        code.slice(1),
        `${code.slice(0, 3)} ${code.slice(3)}`,
        '１２３４５６',
        `${code}0`,
      ]) {
        expect((await check(id, odd)).status).toBe(422)
      }
      expect((await check(id, code)).body.status).toBe('approved')
    })

    it('can be lost: a recovery code approves once, and a wrong one costs a try', async () => {
      const { doors, subject, app, check, payout } = await ready()
      const [one = '', two = ''] = app.recoveryCodes
      const [first, second] = [await payout(), await payout()]
      expect((await check(first, wrong(one))).body.next_action.checks_left).toBe(4)
      expect((await check(first, one)).body.status).toBe('approved')
      expect((await check(second, one)).body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
      expect((await doors.v1('GET', subject.path)).body.recovery_codes_left).toBe(9)
      expect((await check(second, two)).body.status).toBe('approved')
    })

    it('is not enrolled by a wrong first code, and five of them end it', async () => {
      const { doors, subject } = await ready()
      const { id } = (await doors.v1('POST', `${subject.path}/factors`, { type: 'totp', name: 'Novo' })).body
      await approveBySms(doors, id, subject.phone)
      const tries = []
      for (let i = 0; i < 4; i++) {
        const { body } = await doors.v1('POST', `/transactions/${id}/enrolment`, { code: '000000' })
        tries.push([body.status, body.checks_left])
      }
      expect(tries).toEqual([
        ['pending', 3],
        ['pending', 2],
        ['pending', 1],
        ['pending', 0],
      ])
      expect((await doors.v1('POST', `/transactions/${id}/enrolment`, { code: '000000' })).body.code).toBe(
        'transaction_locked',
      )
      expect((await doors.v1('GET', subject.path)).body.factors).toHaveLength(1)
    })

    it('replaces the one before, and makes its recovery codes worthless', async () => {
      const { doors, subject, app, check, payout } = await ready()
      const id = await payout()
      const next = await enrolApp(doors, subject)
      expect(next.recoveryCodes).toHaveLength(10)
      expect((await doors.v1('GET', subject.path)).body.factors).toHaveLength(1)
      expect((await check(id, app.codeAt())).body.status).toBe('pending')
      expect((await check(id, app.recoveryCodes[0] ?? '')).body.status).toBe('pending')
      doors.clock.advance(60_000)
      expect((await check(id, next.codeAt())).body.status).toBe('approved')
    })
  })
})
