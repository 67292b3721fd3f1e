import { expect, it } from 'vitest'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

/** One number for each subject. */
const phoneOf = (subject: string) => `+551198765${subject.slice(-1)}321`
const service = `/v2/Services/${serviceSid}`

describeStores('the budget of tries', (openStore) => {
  async function ready(buckets: 'enforce' | 'shadow' = 'enforce') {
    const store = await openStore()
    const doors = await openDoors(store.db, { guard: { buckets } })
    /** A transaction with a code on its way. */
    const open = async (subject: string) =>
      (
        await doors.v1(
          'POST',
          '/transactions',
          payout({ factor: 'sms', subject, contact: { phone: phoneOf(subject) } }),
        )
      ).body.id as string
    const wrong = async (id: string) => {
      const right = doors.sent.at(-1)?.code ?? ''
      const code = right === '000000' ? '111111' : '000000'
      const answer = await doors.v1('POST', `/transactions/${id}/checks`, { code })
      return answer.status === 200 ? answer.body.next_action.checks_left : answer.body.code
    }
    return { store, doors, open, wrong }
  }

  it('goes across the transactions of a subject: a new one buys one guess, not five', async () => {
    const { doors, open, wrong } = await ready()
    const answers: unknown[] = []
    for (let tx = 0; tx < 3; tx++) {
      // Known numbers may be sent to again.
      doors.clock.advance(3 * 3_600_000)
      const id = await open('org_1')
      for (let i = 0; i < 5; i++) answers.push(await wrong(id))
    }
    expect(answers.slice(0, 10)).toEqual([4, 3, 2, 1, 0, 4, 3, 2, 1, 0])
    // Three hours gave back one try; then the first of this code is let through, and no other.
    const counted = answers.slice(10).filter((one) => typeof one === 'number')
    expect(counted.length).toBeLessThanOrEqual(3)
    expect(answers.at(-1)).toBe('too_many_checks')
  })

  it('keeps no owner from the right code, however many were wrong', async () => {
    const { doors, open, wrong } = await ready()
    for (let tx = 0; tx < 3; tx++) {
      doors.clock.advance(3 * 3_600_000)
      const id = await open('org_2')
      for (let i = 0; i < 5; i++) await wrong(id)
    }
    doors.clock.advance(3 * 3_600_000)
    const id = await open('org_2')
    const code = doors.sent.at(-1)?.code ?? ''
    const approved = await doors.v1('POST', `/transactions/${id}/checks`, { code })
    expect(approved.body.status).toBe('approved')
    // A right one forgets the wrong ones.
    doors.clock.advance(3 * 3_600_000)
    const next = await open('org_2')
    expect(next).toBeDefined()
    expect([await wrong(next), await wrong(next), await wrong(next)]).toEqual([4, 3, 2])
  })

  it('is each subject’s own', async () => {
    const { doors, open, wrong } = await ready()
    for (let tx = 0; tx < 3; tx++) {
      doors.clock.advance(3 * 3_600_000)
      const id = await open('org_3')
      for (let i = 0; i < 5; i++) await wrong(id)
    }
    const other = await open('org_4')
    expect([await wrong(other), await wrong(other)]).toEqual([4, 3])
  })

  it('goes across the codes of a number at the Twilio door', async () => {
    const { doors } = await ready()
    const to = '+5511987654321'
    const codes: unknown[] = []
    for (let round = 0; round < 3; round++) {
      await doors.v2('POST', `${service}/Verifications`, { To: to, Channel: 'sms' })
      const right = doors.sent.at(-1)?.code ?? ''
      const Code = right === '000000' ? '111111' : '000000'
      for (let i = 0; i < 4; i++)
        codes.push((await doors.v2('POST', `${service}/VerificationCheck`, { To: to, Code })).body.code ?? 'wrong')
      const { sid } = (await doors.v2('GET', `${service}/Verifications/${encodeURIComponent(to)}`)).body
      if (sid) await doors.v2('POST', `${service}/Verifications/${sid}`, { Status: 'canceled' })
    }
    // Ten, and one of the third code's own.
    expect(codes).toEqual([...Array(11).fill('wrong'), 60202])
  })

  it('is not spent by what is no try', async () => {
    const { doors, open, wrong } = await ready()
    const id = await open('org_5')
    for (let i = 0; i < 20; i++) {
      await doors.v1('POST', `/transactions/${id}/checks`, { code: '12' })
      await doors.v2('POST', `${service}/VerificationCheck`, { To: '+5511987654300', Code: '123456' })
    }
    expect(await wrong(id)).toBe(4)
    const closed = await open('org_6')
    await doors.v1('POST', `/transactions/${closed}/cancel`)
    for (let i = 0; i < 20; i++) await doors.v1('POST', `/transactions/${closed}/checks`, { code: '123456' })
    expect(await wrong(await open('org_6'))).toBe(4)
  })

  it('holds under a burst, on two nodes', async () => {
    const { store, doors, open } = await ready()
    const other = await openDoors(await store.another(), { clock: doors.clock, guard: { buckets: 'enforce' } })
    const ids = []
    for (let i = 0; i < 4; i++) ids.push(await open('org_7'))
    const burst = ids.flatMap((id) =>
      Array.from({ length: 5 }, (_, i) =>
        (i % 2 ? doors : other).v1('POST', `/transactions/${id}/checks`, { code: '999999' }),
      ),
    )
    const answers = await Promise.all(burst)
    const counted = answers.filter(({ status, body }) => status === 200 && body.next_action.checks_left < 5)
    // Those of one moment may be as many as the codes themselves allow; after them there is no more.
    expect(counted.length).toBeLessThanOrEqual(20)
    const id = await open('org_7')
    const later = await doors.v1('POST', `/transactions/${id}/checks`, { code: '999999' })
    const again = await other.v1('POST', `/transactions/${id}/checks`, { code: '999998' })
    expect([later.status, again.body.code]).toEqual([200, 'too_many_checks'])
  })

  it('in shadow refuses nothing', async () => {
    const { doors, open, wrong } = await ready('shadow')
    for (let tx = 0; tx < 4; tx++) {
      doors.clock.advance(3 * 3_600_000)
      const id = await open('org_8')
      for (let i = 5; i-- > 0; ) expect(await wrong(id)).toBe(i)
    }
  })
})
