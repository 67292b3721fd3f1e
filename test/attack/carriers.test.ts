import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CarrierRefusal, type OutgoingMessage } from '../../src/channel/carrier.ts'
import { createHttpHook } from '../../src/channel/carriers/http-hook.ts'
import { createSmtp } from '../../src/channel/carriers/smtp.ts'
import { noticeMessage } from '../../src/channel/notice-message.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { fallBack } from '../../src/gate/fall-back.ts'
import { builtInPolicies, termsFor } from '../../src/gate/policy.ts'
import { readPolicies } from '../../src/gate/policy-file.ts'
import { sendNotices } from '../../src/gate/send-notices.ts'
import { sealAddress } from '../../src/lib/address.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { newId } from '../../src/lib/ids.ts'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import { sql } from '../../src/store/db.ts'
import { oweNotice } from '../../src/store/notices.ts'
import { noteDelivery } from '../../src/verify/note-delivery.ts'
import { openDoors, payout, publicUrl, ring, serviceSid } from '../support/doors.ts'
import { messageBy } from '../support/message.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { forEachStore } from '../support/stores.ts'

const hookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig({ env, cwd: '/nonexistent' })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map(({ name }) => name)
  }
}

describe('settings of carriers', () => {
  const smtp = { AVAL_EMAIL_CARRIER: 'smtp', AVAL_SMTP_FROM: 'Sympla <codes@example.com>' }
  it('that cannot be read are faults by their names, and no crash', () => {
    expect(
      faultsOf({
        AVAL_SMS_CARRIER: 'http',
        AVAL_CARRIER_HOOK_URL: 'https://gateway.example.com',
        AVAL_CARRIER_HOOK_SECRET: 'bad',
      }),
    ).toEqual(['AVAL_CARRIER_HOOK_SECRET'])
  })
  it('of a mail server whose password cannot be decoded are a fault', () => {
    expect(faultsOf({ ...smtp, AVAL_SMTP_URL: 'smtps://aval:50%off@mail.example.com' })).toEqual(['AVAL_SMTP_URL'])
  })
  it('of a mail server without a host are a fault', () => {
    expect(faultsOf({ ...smtp, AVAL_SMTP_URL: 'smtp:mail.example.com' })).toEqual(['AVAL_SMTP_URL'])
  })
  it('of a mail server with a query that nobody reads are a fault', () => {
    expect(faultsOf({ ...smtp, AVAL_SMTP_URL: 'smtp://mail.example.com/?requireTLS=false' })).toEqual(['AVAL_SMTP_URL'])
  })
  it('of a carrier that no channel has are faults, each of them', () => {
    expect(
      faultsOf({
        AVAL_META_BASE_URL: 'https://graph.example.com/v1',
        AVAL_META_TEMPLATE: 'my_code',
        AVAL_TWILIO_BASE_URL: 'https://twilio.example.com',
      }).sort(),
    ).toEqual(['AVAL_META_BASE_URL', 'AVAL_META_TEMPLATE', 'AVAL_TWILIO_BASE_URL'])
  })
})

describe('a policy file', () => {
  const read = (table: unknown) => {
    const outcome = readPolicies(table)
    if ('faults' in outcome) return outcome.faults
    return outcome.policies
  }
  it('may have rules for a kind that is called constructor', () => {
    expect(() => readPolicies({ kinds: { constructor: { assurance: 'low' } } })).not.toThrow()
  })
  it('that leaves no factor to approve by is refused', () => {
    expect(Array.isArray(read({ default: { factors: ['totp', 'whatsapp'], show: 'message' } }))).toBe(true)
  })
  it('that names a factor twice is refused', () => {
    expect(Array.isArray(read({ default: { factors: ['sms', 'sms'] } }))).toBe(true)
  })
  it('asks for no shorter code of more money', () => {
    const policies = read({ default: { code_length: 10 } })
    if (Array.isArray(policies)) throw new Error('refused')
    const big = { value: '100000.00', currency: 'BRL' }
    expect(termsFor(policies.usual, big).codeLength).toBe(10)
  })
  it('asks for no less of more money, in whatever order its amounts stand', () => {
    const policies = read({
      default: {
        above: [
          { amount: '1000.00', assurance: 'high' },
          { amount: '100.00', assurance: 'low' },
        ],
      },
    })
    if (Array.isArray(policies)) return
    expect(termsFor(policies.usual, { value: '5000.00', currency: 'BRL' }).assurance).toBe('high')
  })
})

describe('a mail server that hangs up', () => {
  async function openRude(after: 'greeting' | 'data') {
    let connections = 0
    let letters = 0
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      connections++
      sockets.add(socket)
      socket.on('error', () => {})
      if (after === 'greeting') return socket.end()
      let inData = false
      socket.write('220 rude ESMTP\r\n')
      socket.on('data', (chunk) => {
        const text = chunk.toString()
        if (inData) {
          if (text.endsWith('\r\n.\r\n')) {
            letters++
            socket.destroy()
          }
        } else if (/^EHLO/i.test(text)) socket.write('250-rude\r\n250 AUTH PLAIN\r\n')
        else if (/^AUTH/i.test(text)) socket.write('235 ok\r\n')
        else if (/^DATA/i.test(text)) {
          inData = true
          socket.write('354 go\r\n')
        } else socket.write('250 ok\r\n')
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const carrier = createSmtp({ url: new Secret(`smtp://aval:x@127.0.0.1:${port}`), from: 'codes@aval.test' })
    onTestFinished(async () => {
      await carrier.close?.()
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
    })
    return { carrier, connections: () => connections, letters: () => letters }
  }
  it.each(['greeting', 'data'] as const)('after the %s is left alone', { timeout: 15_000 }, async (after) => {
    const { carrier, connections, letters } = await openRude(after)
    const outcome = await Promise.race([
      carrier.send(messageBy('email')).then(
        () => 'sent',
        (error: { kind: string; code: string }) => `${error.kind} ${error.code}`,
      ),
      new Promise((done) => setTimeout(done, 8_000, 'hangs')),
    ])
    expect(outcome).toMatch(/^temporary/)
    expect(letters()).toBeLessThan(2)
    expect(connections()).toBeLessThan(7)
  })
})

describe('a mail server', () => {
  it('whose password cannot be decoded lets Aval stop', async () => {
    const carrier = createSmtp({ url: new Secret('smtp://aval:50%off@127.0.0.1:9'), from: 'codes@aval.test' })
    await carrier.send(messageBy('email')).catch(() => undefined)
    await expect(carrier.close?.()).resolves.toBeUndefined()
  })
  it('gets one sender though its name has a comma', async () => {
    let mail = ''
    const server = createServer((socket) => {
      let inData = false
      socket.on('error', () => {})
      socket.write('220 ok ESMTP\r\n')
      socket.on('data', (chunk) => {
        const text = chunk.toString()
        if (inData) {
          mail += text
          if (text.endsWith('\r\n.\r\n')) {
            inData = false
            socket.write('250 ok\r\n')
          }
        } else if (/^EHLO/i.test(text)) socket.write('250 ok\r\n')
        else if (/^DATA/i.test(text)) {
          inData = true
          socket.write('354 go\r\n')
        } else socket.write('250 ok\r\n')
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const carrier = createSmtp({ url: new Secret(`smtp://127.0.0.1:${port}`), from: 'Sympla, Inc <codes@aval.test>' })
    onTestFinished(async () => {
      await carrier.close?.()
      await new Promise<void>((done) => server.close(() => done()))
    })
    await carrier.send(messageBy('email'))
    expect(/^From: (.*)\r$/m.exec(mail)?.[1]).toBe('"Sympla, Inc" <codes@aval.test>')
  })
})

describe('a gateway of one’s own', () => {
  it('that says a status of its own has its name of the message kept', async () => {
    const peer = await openPeer((_taken, response) => sendJson(response, 202, { id: 'gw-1', status: 'queued' }))
    const carrier = createHttpHook({ url: peer.url, secret: new Secret(hookSecret) }, systemClock())
    expect(await carrier.send(messageBy('sms'))).toEqual({ carrierId: 'gw-1', status: 'sent' })
  })
})

describe('a notice by text message', () => {
  it.each(['e•••@sympla-seguranca.com.br', 'e•••@493027.com'])('holds neither link nor code: %s', (mask) => {
    for (const locale of ['pt-BR', 'en', 'es'] as const) {
      const { body } = noticeMessage('sms', { brand: 'Sympla', locale, kind: 'contact.email', mask })
      expect(body).not.toMatch(/[\w-]\.[a-z]{2,}/i)
      expect(body).not.toMatch(/\d{6}/)
    }
  })
})

describe('what carriers do to the store', () => {
  forEachStore((_name, openStore) => {
    const read = readPolicies({ default: { fallback: ['whatsapp 20s', 'sms 30s', 'call'] } })
    const policies = 'policies' in read ? read.policies : builtInPolicies

    it('a gateway that gives two messages one name has neither sent again', async () => {
      const doors = await openDoors((await openStore()).db, { policies })
      const gone: OutgoingMessage[] = []
      doors.carrier.send = async (message) => {
        gone.push(message)
        return { carrierId: 'ok', status: 'sent' }
      }
      const statuses: number[] = []
      for (let i = 0; i < 2; i++)
        statuses.push((await doors.v1('POST', '/transactions', payout({ factor: 'whatsapp' }))).status)
      await fallBack(doors.gate)
      expect(statuses).toEqual([201, 201])
      expect(gone.map(({ channel }) => channel)).toEqual(['whatsapp', 'whatsapp'])
    })

    it('a report that is faster than the answer stays what the attempt says', async () => {
      const doors = await openDoors((await openStore()).db)
      doors.carrier.send = async (message) => {
        await noteDelivery(doors.gate, {
          carrier: 'test',
          carrierId: 'c1',
          messageId: message.id,
          status: 'delivered',
        })
        return { carrierId: 'c1', status: 'sent' }
      }
      await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications`, { To: '+5511987653333', Channel: 'sms' })
      const rows = await doors.gate.db.read(sql<{ delivery: string }>`select delivery from attempts`)
      expect(rows).toEqual([{ delivery: 'delivered' }])
    })

    it('a message whose key is gone holds up no other', async () => {
      const { db } = await openStore()
      const clock = systemClock()
      const past = await openDoors(db, { policies, clock })
      await past.v1('POST', '/transactions', payout({ factor: 'whatsapp' }))
      const keys = createKeyRing([{ id: 'k2', root: Buffer.alloc(32, 2) }])
      const doors = await openDoors(db, { policies, clock, keys })
      for (let i = 0; i < 2; i++) {
        clock.advance(100)
        await doors.v1('POST', '/transactions', payout({ factor: 'whatsapp', subject: `org_new_${i}` }))
      }
      expect(doors.sent).toHaveLength(2)
      for (let turn = 0; turn < 5; turn++) {
        clock.advance(31_000)
        await fallBack(doors.gate).catch(() => undefined)
      }
      expect(doors.sent.filter(({ channel }) => channel === 'sms')).toHaveLength(2)
    })

    it('two workers with one message at the same moment send it on once', async () => {
      const doors = await openDoors((await openStore()).db, { policies })
      await doors.v1('POST', '/transactions', payout({ factor: 'whatsapp' }))
      doors.clock.advance(20_000)
      const { verifier } = doors.gate
      let arrive = () => {}
      const both = new Promise<void>((done) => {
        arrive = done
      })
      let here = 0
      // Each worker has read the transaction before the other has sent.
      const gate = {
        ...doors.gate,
        verifier: {
          ...verifier,
          async start(...args: Parameters<typeof verifier.start>) {
            if (++here === 2) arrive()
            await both
            return verifier.start(...args)
          },
        },
      }
      const one = fallBack(gate)
      await vi.waitFor(() => expect(here).toBe(1))
      await noteDelivery(doors.gate, {
        carrier: 'test',
        carrierId: doors.sent[0]?.id ?? '',
        status: 'undelivered',
        failure: { kind: 'temporary', code: '30008' },
      })
      const other = fallBack(gate)
      await vi.waitFor(() => expect(here).toBe(2)).catch(arrive)
      await Promise.all([one, other])
      expect(doors.sent.map(({ channel }) => channel)).toEqual(['whatsapp', 'sms'])
    })

    it('a policy without a factor that shows lets no transaction begin', async () => {
      const empty = readPolicies({ default: { factors: ['totp', 'whatsapp'], show: 'message' } })
      if (!('policies' in empty)) return
      const doors = await openDoors((await openStore()).db, { policies: empty.policies })
      const answer = await doors.v1('POST', '/transactions', payout({}))
      expect([answer.status, answer.body.code]).toEqual([422, 'factor_not_allowed'])
    })

    it('a notice whose address does not exist is given up at once', async () => {
      const doors = await openDoors((await openStore()).db)
      const { clock, db } = doors.gate
      const random = systemRandom()
      const id = newId('ntc', clock.now(), random)
      await db.write(
        oweNotice({
          id,
          subject: 's',
          channel: 'sms',
          key_id: ring.activeId,
          address_sealed: sealAddress(ring, ring.activeId, id, '+5511987654321', random),
          locale: 'en',
          kind: 'factor.totp',
          details: '{}',
          created_at: clock.now(),
        }),
      )
      let tries = 0
      const carrier = {
        name: 'test',
        async send(): Promise<never> {
          tries++
          throw new CarrierRefusal('permanent', '21211')
        },
      }
      for (let turn = 0; turn < 10; turn++) {
        await sendNotices(doors.gate, { sms: carrier }, { brand: 'Sympla', publicUrl })
        doors.clock.advance(3 * 3_600_000)
      }
      expect(tries).toBe(1)
    })

    it('notices leave once each though the carrier is slow', async () => {
      const doors = await openDoors((await openStore()).db)
      const { clock, db } = doors.gate
      const random = systemRandom()
      for (let i = 0; i < 20; i++) {
        const id = newId('ntc', clock.now(), random)
        await db.write(
          oweNotice({
            id,
            subject: 's',
            channel: 'sms',
            key_id: ring.activeId,
            address_sealed: sealAddress(ring, ring.activeId, id, '+5511987654321', random),
            locale: 'en',
            kind: 'factor.totp',
            details: '{}',
            created_at: clock.now(),
          }),
        )
      }
      const gone: string[] = []
      let nested = 0
      const carrier = {
        name: 'slow',
        async send({ id }: OutgoingMessage) {
          gone.push(id)
          doors.clock.advance(4_000)
          // The timer of the background work does not wait for its last turn.
          if (gone.length === 16 && nested++ === 0)
            await sendNotices(doors.gate, { sms: carrier }, { brand: 'Sympla', publicUrl })
          return { carrierId: null, status: 'sent' as const }
        },
      }
      await sendNotices(doors.gate, { sms: carrier }, { brand: 'Sympla', publicUrl })
      expect(gone).toHaveLength(new Set(gone).size)
    })
  })
})
