import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createFraudDesk } from '../../src/guard/sources/fraud-desk.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { carrierLog } from '../support/carrier-log.ts'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { describeStores } from '../support/stores.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const verifications = `/v2/Services/${serviceSid}/Verifications`

/** What a file of outside systems comes to, read as a start reads it. */
function deskOf(toml: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'aval-sources-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'sources.toml'), toml)
  const { fraudSources } = readConfig({ env: { AVAL_FRAUD_SOURCES: 'sources.toml' }, cwd })
  const deps = { clock: systemClock(), random: systemRandom(), log: carrierLog() }
  const { messages: askAbout, knowsSim } = fraudSources ?? {}
  return { askFraud: createFraudDesk(fraudSources, deps), askAbout, knowsSim }
}

/** A fraud system of the platform's own, which signs what it says. */
async function openHook(opinion: () => object) {
  return openPeer((taken, response) => {
    const { decision_id, transaction_id, digest } = JSON.parse(taken.body)
    const text = JSON.stringify({ decision_id, transaction_id, digest, reasons: [], ...opinion() })
    const at = new Date()
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'webhook-id': 'ans_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('ans_1', at, text),
      })
      .end(text)
  })
}

/** Lookup v2 with one answer. */
async function openLookup(answer: object) {
  const peer = await openPeer((taken, response) => {
    const number = decodeURIComponent(new URL(taken.path, 'http://peer').pathname.split('/').at(-1) ?? '')
    sendJson(response, 200, { phone_number: number, valid: true, validation_errors: [], ...answer })
  })
  const toml = (messages: string) => `budget_ms = 5000
messages = "${messages}"
[twilio_lookup]
account_sid = "AC${'1'.repeat(32)}"
auth_token = "token"
packages = ["sms_pumping_risk", "line_type_intelligence"]
url = "${peer.url}"`
  return { peer, toml }
}

describeStores('outside systems', (openStore) => {
  it('are asked about a transaction, and what each said is kept with it', async () => {
    let opinion: object = { action: 'allow' }
    const peer = await openHook(() => opinion)
    const { db } = await openStore()
    const doors = await openDoors(db, deskOf(`[hook]\nurl = "${peer.url}"\nsecret = "${secret}"`))
    const open = () => doors.v1('POST', '/transactions', payout())
    const fine = await open()
    expect(fine.body.hold).toBeNull()
    expect(JSON.parse(peer.taken[0]?.body ?? '')).toMatchObject({
      about: 'transaction',
      transaction_id: fine.body.id,
      digest: fine.body.digest,
      kind: 'payout_account.change',
    })
    opinion = { action: 'review', reasons: ['ring 7'] }
    const held = await open()
    expect(held.body.hold).toMatchObject({ review: 'wanted' })
    const { body } = await doors.v1('GET', `/transactions/${held.body.id}/assessments`)
    expect(body.data[0]).toMatchObject({ outcome: 'review', said: [{ source: 'signed_hook', answer: 'facts' }] })
    expect(body.data[0].said[0].reasons).toEqual(['ring 7'])
  })

  it.each([
    ['of another transaction', () => ({ action: 'allow', transaction_id: 'tx_other' }), 'wrong_transaction'],
    ['of another digest', () => ({ action: 'block', digest: 'sha256:other' }), 'wrong_transaction'],
    ['that is no opinion', () => ({ action: 'maybe' }), 'odd_answer'],
  ])('an answer %s is unknown, and the transaction goes on without it', async (_name, opinion, why) => {
    const peer = await openHook(opinion)
    const { db } = await openStore()
    const doors = await openDoors(db, deskOf(`[hook]\nurl = "${peer.url}"\nsecret = "${secret}"`))
    const made = await doors.v1('POST', '/transactions', payout())
    expect(made.status).toBe(201)
    const { body } = await doors.v1('GET', `/transactions/${made.body.id}/assessments`)
    expect(body.data[0].said).toMatchObject([{ source: 'signed_hook', answer: 'unknown', why }])
  })

  it.each([
    ['HTML', (r: import('node:http').ServerResponse) => r.writeHead(200, { 'content-type': 'text/html' }).end('<h1>')],
    ['a failure', (r: import('node:http').ServerResponse) => r.writeHead(503).end()],
    ['nothing at all', () => undefined],
  ])('that answer with %s hold nothing up for longer than they are waited for', async (_name, reply) => {
    const peer = await openPeer((_taken, response) => void reply(response))
    const { db } = await openStore()
    const doors = await openDoors(db, deskOf(`budget_ms = 60\n[hook]\nurl = "${peer.url}"\nsecret = "${secret}"`))
    const made = await doors.v1('POST', '/transactions', payout())
    expect([made.status, made.body.hold]).toEqual([201, null])
  })

  it('are asked about messages abroad where the file says so, and a message that earns a fraudster goes another way', async () => {
    const { peer, toml } = await openLookup({ sms_pumping_risk: { sms_pumping_risk_score: 97, error_code: null } })
    const { db } = await openStore()
    const doors = await openDoors(db, deskOf(toml('abroad')))
    const start = async (To: string) => (await doors.v2('POST', verifications, { To, Channel: 'sms' })).body.code ?? 201
    expect(await start('+5511987650010')).toBe(201)
    expect(peer.taken).toHaveLength(0)
    expect(await start('+447400123456')).toBe(60410)
    expect(peer.taken).toHaveLength(1)
    const { body } = await doors.v1('GET', '/decisions?action=divert')
    expect(body.data[0].reasons.map(({ text }: { text: string }) => text)).toEqual([
      expect.stringMatching(/^twilio_lookup said/),
      'an outside system gives the message a pumping score of 97 of 100',
    ])
  })

  it('that do not answer keep no message from leaving', async () => {
    const peer = await openPeer((_taken, response) => void response.writeHead(500).end())
    const { toml } = await openLookup({})
    const { db } = await openStore()
    const doors = await openDoors(db, deskOf(toml('all').replace(/url = .*/, `url = "${peer.url}"`)))
    const { status } = await doors.v2('POST', verifications, { To: '+5511987650010', Channel: 'sms' })
    expect(status).toBe(201)
    await doors.gate.guard.flush()
    const { body } = await doors.v1('GET', '/decisions')
    expect(body.data[0].reasons[0].text).toMatch(/^twilio_lookup is unknown/)
  })
})

describe('a file of outside systems', () => {
  it('that has a fault stops the start, by its path, and quotes no secret', () => {
    expect(() => deskOf('[hook]\nurl = "http://fraud.example"\nsecret = "canary"')).toThrow(
      /AVAL_FRAUD_SOURCES[\s\S]*hook\.url is neither https[\s\S]*hook\.secret/,
    )
    expect(() => deskOf('[hook]\nurl = "http://fraud.example"\nsecret = "canary"')).not.toThrow(/canary/)
  })
})
