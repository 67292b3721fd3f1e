import { describe, expect, it } from 'vitest'
import { judgeTries } from '../../src/guard/spraying.ts'
import { openDoors, payout, serviceSid, wrong } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const minute = 60_000
const service = `/v2/Services/${serviceSid}`
const at = Math.floor(1_800_000_000_000 / 300_000) * 300_000

describe('the share of wrong codes', () => {
  const row = (minutesAgo: number, right_codes: number, wrong_codes: number, sprayed = 0) => ({
    ...{ slot: at - minutesAgo * minute, right_codes, wrong_codes, sprayed },
  })

  it.each([
    ['nothing', [], false],
    ['ninety-nine wrong codes', [row(5, 0, 99)], false],
    ['a hundred wrong codes', [row(5, 0, 100)], true],
    ['three times what is usual', [row(600, 10_000, 2_000), row(5, 1000, 600)], false],
    ['more than three times what is usual', [row(600, 10_000, 2_000), row(5, 1000, 620)], true],
    ['what was sprayed more than half an hour ago', [row(40, 0, 5_000, 1), row(5, 1000, 100)], false],
    ['a usual that an attack has not raised', [row(40, 0, 50_000, 1), row(5, 1000, 620)], true],
  ])('of %s: %s', (_name, rows, isSprayed) => {
    expect(judgeTries(rows, at).isSprayed).toBe(isSprayed)
  })
})

describeStores('guesses that are spread over the service', (openStore) => {
  it('make new codes eight digits until half an hour after they end, and are told once, on all nodes', async () => {
    const store = await openStore()
    const alarms: object[] = []
    const onAlarm = (alarm: object) => void alarms.push(alarm)
    const guard = { buckets: 'enforce' as const }
    const doors = await openDoors(store.db, { guard, onAlarm })
    const other = await openDoors(await store.another(), { guard, onAlarm, clock: doors.clock })
    let n = 0
    const digits = async (door = doors) => {
      const body = payout({ factor: 'sms', contact: { phone: `+5531${String(912_340_000 + n++ * 10_000)}` } })
      const made = await door.v1('POST', '/transactions', body)
      return [made.body.next_action.code_length, door.codeFor(body.contact.phone).length]
    }
    expect(await digits()).toEqual([6, 6])

    for (let i = 0; i < 21; i++) {
      const body = payout({ factor: 'sms', contact: { phone: `+5541${String(912_340_000 + i * 10_000)}` } })
      const { id } = (await doors.v1('POST', '/transactions', body)).body
      const code = wrong(doors.codeFor(body.contact.phone))
      for (let k = 0; k < 5; k++) await doors.v1('POST', `/transactions/${id}/checks`, { code })
    }
    await doors.gate.guard.flush()
    doors.clock.advance(3_000)
    expect(await digits()).toEqual([8, 8])
    expect(await digits(other)).toEqual([8, 8])
    expect(alarms).toEqual([{ kind: 'spraying', right: 0, wrong: 105, usual: 0.2 }])
    const To = '+5551991230000'
    await doors.v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })
    expect(doors.codeFor(To)).toHaveLength(8)
    const approved = await doors.v2('POST', `${service}/VerificationCheck`, { To, Code: doors.codeFor(To) })
    expect(approved.body.status).toBe('approved')

    doors.clock.advance(29 * minute)
    expect(await digits()).toEqual([8, 8])
    doors.clock.advance(40 * minute)
    expect(await digits()).toEqual([6, 6])
    expect(alarms).toHaveLength(1)
  })

  it('change nothing where the buckets are only watched, but are told', async () => {
    const { db } = await openStore()
    const alarms: object[] = []
    const doors = await openDoors(db, { onAlarm: (alarm) => void alarms.push(alarm) })
    for (let i = 0; i < 20; i++) {
      const body = payout({ factor: 'sms' })
      const { id } = (await doors.v1('POST', '/transactions', body)).body
      const code = wrong(doors.codeFor(body.contact.phone))
      for (let k = 0; k < 5; k++) await doors.v1('POST', `/transactions/${id}/checks`, { code })
    }
    await doors.gate.guard.flush()
    doors.clock.advance(3_000)
    const made = await doors.v1('POST', '/transactions', payout({ factor: 'sms' }))
    expect(made.body.next_action.code_length).toBe(6)
    expect(alarms).toHaveLength(1)
  })
})
