import { describe, expect, it } from 'vitest'
import type { Db, Statement } from '../../src/store/db.ts'
import { openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`

describe('what is overtaken between two of its steps:', () => {
  forEachStore((_name, openStore) => {
    it('a start of another deal, by the fifth send of the one before, is 60203', async () => {
      const { db } = await openStore()
      const { slow, putBefore } = overtaken(db)
      const { v2, sent } = await openDoors(slow)
      const start = (Amount: string) => startOf(v2, '+5511971511111', { Amount, Payee: 'Acme' })
      for (let n = 0; n < 4; n++) expect((await start('R$ 1')).status).toBe(201)
      putBefore('unit', '', () => start('R$ 1'))
      const late = await start('R$ 2')
      expect([late.status, late.body.code, sent.length]).toEqual([429, 60203, 5])
    })

    it('a start of another deal, while the message of the first is on its way, is 60212', async () => {
      const { v2, carrier, sent } = await openDoors((await openStore()).db)
      const To = '+5511971599999'
      const send = carrier.send
      let release = () => {}
      const onTheWay = new Promise<void>((arrived) => {
        carrier.send = async (message) => {
          arrived()
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return send(message)
        }
      })
      const first = startOf(v2, To, { Amount: 'R$ 1', Payee: 'Acme' })
      await onTheWay
      carrier.send = send
      const second = await startOf(v2, To, { Amount: 'R$ 2', Payee: 'Acme' })
      release()
      expect([second.status, second.body.code, (await first).status]).toEqual([429, 60212, 201])
      const check = { To, Code: sent.at(-1)?.code ?? '', Amount: 'R$ 1', Payee: 'Acme' }
      expect((await v2('POST', `${service}/VerificationCheck`, check)).body.status).toBe('approved')
    })

    it('a check, by the start that it came before, is 404 and counts nowhere', async () => {
      const { db } = await openStore()
      const { slow, putBefore } = overtaken(db)
      const { v2 } = await openDoors(slow)
      const To = '+5511971533333'
      putBefore('read', 'and live = 1', () => startOf(v2, To))
      const check = await v2('POST', `${service}/VerificationCheck`, { To, Code: '123456' })
      expect([check.status, check.body.code]).toEqual([404, 20404])
    })

    it('a resend, by the approval, is one message and takes from a bucket once', async () => {
      const { db } = await openStore()
      const { slow, putBefore } = overtaken(db)
      const { v2, sent, codeFor } = await openDoors(slow)
      const limit = (await v2('POST', `${service}/RateLimits`, { UniqueName: 'ip' })).body.sid
      await v2('POST', `${service}/RateLimits/${limit}/Buckets`, { Max: '3', Interval: '600' })
      const To = '+5511971555555'
      const start = (to: string) => startOf(v2, to, { RateLimits: '{"ip":"192.0.2.4"}' })
      await start(To)
      const Code = codeFor(To)
      putBefore('read', 'verifications', () => v2('POST', `${service}/VerificationCheck`, { To, Code }))
      expect((await start(To)).status).toBe(201)
      await v2('POST', `${service}/VerificationCheck`, { To, Code })
      expect([sent.length, (await v2('GET', '/v2/Attempts')).body.attempts.length]).toEqual([2, 2])
      expect((await start('+5511971566666')).status).toBe(201)
      expect((await start('+5511971566667')).body.code).toBe(20429)
    })

    it('a removal of a service, by a request that reads it, still ends it with its answer', async () => {
      const { db } = await openStore()
      const { slow, putBefore } = overtaken(db)
      const { v2, sent } = await openDoors(slow)
      const removed = `/v2/Services/${(await v2('POST', '/v2/Services', { FriendlyName: 'Short' })).body.sid}`
      putBefore('write', 'delete from services', () => v2('GET', removed))
      expect((await v2('DELETE', removed)).status).toBe(204)
      const start = await v2('POST', `${removed}/Verifications`, { To: '+5511971588888', Channel: 'sms' })
      expect([start.status, (await v2('GET', removed)).status, sent.length]).toEqual([404, 404, 0])
    })
  })
})

type Ask = Awaited<ReturnType<typeof openDoors>>['v2']

function startOf(v2: Ask, To: string, form: Record<string, string> = {}) {
  return v2('POST', `${service}/Verifications`, { To, Channel: 'sms', ...form })
}

/** The store, in which `putBefore` puts something in front of the next step of its kind whose statement holds `text`. */
function overtaken(db: Db) {
  let armed: { kind: 'read' | 'write' | 'unit'; text: string; meanwhile: () => Promise<unknown> } | undefined
  async function step(kind: 'read' | 'write' | 'unit', statement?: Statement<unknown>): Promise<void> {
    if (armed?.kind !== kind || !(statement?.shape.join('') ?? '').includes(armed.text)) return
    const { meanwhile } = armed
    armed = undefined
    await meanwhile()
  }
  const slow: Db = {
    ...db,
    read: async (statement) => step('read', statement).then(() => db.read(statement)),
    write: async (statement) => step('write', statement).then(() => db.write(statement)),
    unit: async (steps) => step('unit').then(() => db.unit(steps)),
  }
  const putBefore = (kind: 'read' | 'write' | 'unit', text: string, meanwhile: () => Promise<unknown>) => {
    armed = { kind, text, meanwhile }
  }
  return { slow, putBefore }
}
