import { describe, expect, it } from 'vitest'
import { sendNotices } from '../../src/gate/send-notices.ts'
import { type Doors, openDoors, payout, publicUrl } from '../support/doors.ts'
import { approveBySms, type Enrolled, enrolApp, enrolledSubject, openPayout } from '../support/enrol.ts'
import { forEachStore } from '../support/stores.ts'

const day = 86_400_000
const newPhone = '+5511987651111'
const email = 'ana@example.com'

describe('the contacts of a subject', () => {
  forEachStore((_name, openStore) => {
    async function ready() {
      const doors = await openDoors((await openStore()).db)
      const subject = await enrolledSubject(doors)
      doors.clock.advance(60_000)
      const contacts = async () => (await doors.v1('GET', `${subject.path}/contacts`)).body.data
      const notices = async () => {
        const from = doors.sent.length
        await sendNotices(doors.gate, doors.carriers, { brand: 'Sympla', publicUrl })
        return doors.sent.slice(from)
      }
      return { doors, subject, contacts, notices }
    }

    /** Answers the code that was sent to this address. */
    async function prove(doors: Doors, id: string, factor: string, to: string) {
      doors.clock.advance(60_000)
      const asked = await doors.v1('POST', `/transactions/${id}/challenges`, { factor })
      if (asked.status !== 200) throw new Error(asked.text)
      return doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(to) })
    }

    async function addEmail(doors: Doors, subject: Enrolled) {
      const { id } = (await doors.v1('POST', `${subject.path}/contacts`, { email })).body
      await approveBySms(doors, id, subject.phone)
      return prove(doors, id, 'email', email)
    }

    it('change only when the old phone says yes and the new one proves itself; the new one counts after a day, and both are told', async () => {
      const { doors, subject, contacts, notices } = await ready()
      const made = await doors.v1('POST', `${subject.path}/contacts`, { phone: newPhone })
      expect(made.status).toBe(201)
      expect(made.text).not.toContain(newPhone)
      const { id } = made.body
      const half = await approveBySms(doors, id, subject.phone)
      expect(half.body).toMatchObject({
        status: 'pending',
        next_action: { proven: ['sms'], checks_left: 5, to: '•••• 1111' },
      })
      const done = await prove(doors, id, 'sms', newPhone)
      expect(done.body.status).toBe('released')
      expect(await contacts()).toMatchObject([
        { type: 'phone', address: '•••• 1111', status: 'waiting' },
        { type: 'phone', status: 'active' },
      ])
      const told = await notices()
      expect(told.map(({ to, code }) => [to, code])).toEqual([[subject.phone, '']])
      expect(told[0]?.body).toMatch(/1111/)

      const before = await openPayout(doors, subject, 'sms')
      expect(before.asked.body.next_action.to).not.toContain('1111')
      doors.clock.advance(day)
      const after = await openPayout(doors, subject, 'sms')
      expect(after.asked.body.next_action.to).toBe('•••• 1111')
    })

    it('are not changed by the new phone alone, nor by the old one alone, in any order', async () => {
      const { doors, subject, contacts } = await ready()
      const { id } = (await doors.v1('POST', `${subject.path}/contacts`, { phone: newPhone })).body
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      expect(doors.sent.at(-1)?.to).toBe(subject.phone)
      const { code = '' } = doors.sent.at(-1) ?? {}
      expect((await doors.v1('POST', `/transactions/${id}/checks`, { code })).body.status).toBe('pending')
      expect((await doors.v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('no_open_challenge')
      expect(await contacts()).toHaveLength(1)
      expect((await doors.v1('POST', `/transactions/${id}/release`)).status).toBe(403)
      expect((await doors.v1('PATCH', `/transactions/${id}`, { payload: {} })).status).toBe(403)
    })

    it('of a lost phone change after three days, while every contact is told and can call it off', async () => {
      const { doors, subject, contacts, notices } = await ready()
      expect((await addEmail(doors, subject)).body.status).toBe('released')
      await notices()
      doors.clock.advance(day)
      const { id } = (await doors.v1('POST', `${subject.path}/contacts`, { phone: newPhone, hold: true })).body
      expect((await prove(doors, id, 'email', email)).body.status).toBe('pending')
      expect((await prove(doors, id, 'sms', newPhone)).body.status).toBe('released')
      expect((await notices()).map(({ to }) => to).sort()).toEqual([subject.phone, email].sort())
      doors.clock.advance(2 * day)
      expect((await openPayout(doors, subject, 'sms')).asked.body.next_action.to).not.toContain('1111')
      const [waiting] = await contacts()
      expect((await doors.v1('DELETE', `${subject.path}/contacts/${waiting.id}`)).status).toBe(204)
      doors.clock.advance(2 * day)
      expect((await openPayout(doors, subject, 'sms')).asked.body.next_action.to).not.toContain('1111')
      const [, active] = await contacts()
      expect((await doors.v1('DELETE', `${subject.path}/contacts/${active.id}`)).body.code).toBe('contact_in_use')
    })

    it('cannot be changed by an e-mail address without the wait', async () => {
      const { doors, subject } = await ready()
      await addEmail(doors, subject)
      doors.clock.advance(day)
      const made = await doors.v1('POST', `${subject.path}/contacts`, { phone: newPhone })
      expect(made.body.next_action.factors).not.toContain('email')
      const refused = await doors.v1('POST', `/transactions/${made.body.id}/challenges`, { factor: 'email' })
      expect(refused.status).toBe(422)
    })

    it('of a payout are never an e-mail address alone, of a registration they may be', async () => {
      const { doors, subject } = await ready()
      await addEmail(doors, subject)
      doors.clock.advance(day)
      const { made } = await openPayout(doors, subject, 'sms')
      expect(made.body.next_action.factors).not.toContain('email')
      const { id, asked } = await openPayout(doors, subject, 'email', { kind: 'registration.finalize' })
      expect(asked.body.next_action).toMatchObject({ channel: 'email', to: 'a•••@example.com' })
      const approved = await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(email) })
      expect(approved.body).toMatchObject({ status: 'approved', approved_by: ['email'] })
    })

    it('that a request names beside an enrolled phone are not used until they are enrolled', async () => {
      const { doors, subject } = await ready()
      const contact = { phone: subject.phone, email: 'mallory@example.com' }
      const made = await doors.v1(
        'POST',
        '/transactions',
        payout({ subject: subject.subject, contact, kind: 'registration.finalize' }),
      )
      expect(made.status).toBe(201)
      const asked = await doors.v1('POST', `/transactions/${made.body.id}/challenges`, { factor: 'email' })
      expect(asked.body.code).toBe('factor_not_enrolled')
    })

    it('may begin with an e-mail address, where the kind is content with it', async () => {
      const { doors } = await ready()
      const first = payout({ kind: 'registration.finalize', contact: { email }, factor: 'email' })
      const made = await doors.v1('POST', '/transactions', first)
      expect(made.body.next_action).toMatchObject({ channel: 'email', factors: ['email'] })
      await doors.v1('POST', `/transactions/${made.body.id}/checks`, { code: doors.codeFor(email) })
      const known = await doors.v1('GET', `/subjects/${first.subject}`)
      expect(known.body.contacts).toMatchObject([{ type: 'email', address: 'a•••@example.com', status: 'active' }])
      const refused = await doors.v1('POST', '/transactions', payout({ contact: { email } }))
      expect(refused.body.code).toBe('factor_not_enrolled')
    })

    it('that are landlines take calls and no texts', async () => {
      const { doors } = await ready()
      const landline = { phone: '+551130456789' }
      const texted = await doors.v1('POST', '/transactions', payout({ contact: landline, factor: 'sms' }))
      expect(texted.body.code).toBe('destination_not_allowed')
      const called = await doors.v1('POST', '/transactions', payout({ contact: landline, factor: 'call' }))
      expect(called.body.next_action).toMatchObject({ channel: 'call', factors: ['call'] })
    })

    it.each([
      ['+551187654321', /ninth digit/],
      ['+5511999990000;ext=123', /valid number/],
      ['+5511999990000,,1234#', /valid number/],
      ['tel:+5511999990000', /valid number/],
      ['+552099999999', /valid number/],
    ])('are no phone when they are %s', async (phone, why) => {
      const { doors } = await ready()
      const refused = await doors.v1('POST', '/transactions', payout({ contact: { phone } }))
      expect(refused.body.code).toBe('contact_invalid')
      expect(refused.body.errors[0].message).toMatch(why)
    })

    it('are one address in every spelling', async () => {
      const { doors } = await ready()
      const first = payout({ contact: { phone: '+5511987652222' }, factor: 'sms' })
      const { id } = (await doors.v1('POST', '/transactions', first)).body
      await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor('+5511987652222') })
      for (const phone of ['+55 11 98765-2222', '005511987652222', '+55 (11) 9 8765.2222']) {
        const again = await doors.v1('POST', '/transactions', payout({ subject: first.subject, contact: { phone } }))
        expect([phone, again.status]).toEqual([phone, 201])
      }
    })

    it('are changed once by two approvals at once', async () => {
      const { doors, subject, contacts } = await ready()
      const { id } = (await doors.v1('POST', `${subject.path}/contacts`, { phone: newPhone })).body
      await approveBySms(doors, id, subject.phone)
      doors.clock.advance(60_000)
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      const code = doors.codeFor(newPhone)
      await Promise.all(Array.from({ length: 5 }, () => doors.v1('POST', `/transactions/${id}/checks`, { code })))
      expect((await contacts()).filter(({ address }: { address: string }) => address === '•••• 1111')).toHaveLength(1)
    })

    it('that were asked for when there was none are given up once there is one', async () => {
      const { doors } = await ready()
      const { subject } = payout()
      const open = async (body: object) =>
        (await doors.v1('POST', `/subjects/${subject}/contacts`, body)).body.id as string
      const early = await open({ phone: newPhone })
      const mail = await open({ email })
      const first = await doors.v1('POST', '/transactions', payout({ subject, factor: 'sms' }))
      const to = doors.sent.at(-1)?.to ?? ''
      await doors.v1('POST', `/transactions/${first.body.id}/checks`, { code: doors.codeFor(to) })
      for (const id of [early, mail]) {
        const asked = await doors.v1('POST', `/transactions/${id}/challenges`, {
          factor: id === mail ? 'email' : 'sms',
        })
        expect(asked.body.code).toBe('transaction_superseded')
      }
      const known = (await doors.v1('GET', `/subjects/${subject}/contacts`)).body.data
      expect(known).toMatchObject([{ type: 'phone', address: `•••• ${to.slice(-4)}` }])
    })

    it('that prove themselves at once as the first ones leave one of them', async () => {
      const { doors } = await ready()
      const { subject } = payout()
      const phones = ['+5511987651201', '+5511987651202', '+5511987651203']
      const ids = await Promise.all(
        phones.map(
          async (phone) => (await doors.v1('POST', `/subjects/${subject}/contacts`, { phone, factor: 'sms' })).body.id,
        ),
      )
      const answers = await Promise.all(
        ids.map((id, i) => doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(phones[i] ?? '') })),
      )
      expect(answers.filter(({ body }) => body.status === 'released')).toHaveLength(1)
      expect((await doors.v1('GET', `/subjects/${subject}/contacts`)).body.data).toHaveLength(1)
    })

    it('are told of a new app and of a removed one', async () => {
      const { doors, subject, notices } = await ready()
      await enrolApp(doors, subject)
      const [told] = await notices()
      expect([told?.to, told?.code]).toEqual([subject.phone, ''])
      expect(told?.body).not.toMatch(/\d{6}/)
    })
  })
})
