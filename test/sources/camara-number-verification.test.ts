import { describe, expect, it } from 'vitest'
import { createCamaraNumberVerification } from '../../src/guard/sources/camara-number-verification.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { hear, itIsUnknownOfFaults, questionOf, type Reply } from './support.ts'

const sourceAt = (url: string) => createCamaraNumberVerification({ baseUrl: `${url}/number-verification/v2` })

/** CAMARA Number Verification: the user's token, good once, and one of two members. */
async function openOperator(answer: object | Reply) {
  const used = new Set<string>()
  const peer = await openPeer((taken, response) => {
    const refuse = (status: number, code: string) => sendJson(response, status, { status, code, message: 'In words' })
    const token = taken.headers.authorization ?? ''
    if (token !== 'Bearer phone-token-canary' || used.has(token)) return refuse(401, 'UNAUTHENTICATED')
    used.add(token)
    if (typeof answer === 'function') return (answer as Reply)(response, taken)
    if (taken.method !== 'POST' || taken.path !== '/number-verification/v2/verify') return refuse(404, 'NOT_FOUND')
    const { phoneNumber, ...rest } = JSON.parse(taken.body)
    if (!/^\+[1-9]\d{4,14}$/.test(phoneNumber) || Object.keys(rest).length > 0) return refuse(400, 'INVALID_ARGUMENT')
    sendJson(response, 200, answer)
  })
  return { peer, source: sourceAt(peer.url) }
}

const breaking = { isOutage: false }

describe('CAMARA Number Verification', () => {
  it.each([
    [true, []],
    [false, ['number_of_another_device']],
  ])('says %s', async (devicePhoneNumberVerified, reasons) => {
    const { peer, source } = await openOperator({ devicePhoneNumberVerified })
    expect((await hear(source)).facts).toEqual({ numberVerified: devicePhoneNumberVerified, reasons })
    expect(peer.taken[0]?.headers['x-correlator']).toBe('dec_0123456789abcdef')
  })

  it.each([
    { phoneToken: undefined },
    { phoneToken: '' },
    { phoneToken: 'two words' },
    { phoneToken: 'a\r\nx-admin: 1' },
    { phoneToken: 'x'.repeat(10_000) },
    { phone: undefined },
    { phone: '11987654321' },
  ])('is not asked without number and token of the user: %.60j', async (changes) => {
    const { peer, source } = await openOperator({ devicePhoneNumberVerified: true })
    expect((await hear(source, questionOf(changes))).said).toMatchObject({ answer: 'unknown', why: 'not_asked' })
    expect(await source.ask(questionOf(changes), new AbortController().signal)).toBe('unknown')
    expect(peer.taken).toEqual([])
  })

  it('is unknown for a token that was used, which says nothing of the next user', async () => {
    const { source } = await openOperator({ devicePhoneNumberVerified: true })
    expect((await hear(source)).facts.numberVerified).toBe(true)
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'status_401' })
    await expect(source.ask(questionOf(), new AbortController().signal)).rejects.toMatchObject(breaking)
  })

  it('is unknown for a user who was not signed in by the mobile network', async () => {
    const code = 'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK'
    const { source } = await openOperator((response) => sendJson(response, 403, { status: 403, code, message: '' }))
    await expect(source.ask(questionOf(), new AbortController().signal)).rejects.toMatchObject({
      why: 'status_403',
      ...breaking,
    })
  })

  it.each([
    { devicePhoneNumberVerified: null },
    { devicePhoneNumberVerified: 'true' },
    { devicePhoneNumberVerified: 1 },
    { devicePhoneNumber: '+5511987654321' },
  ])('is unknown when it answers %j', async (answer) => {
    const { source } = await openOperator(answer)
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })

  itIsUnknownOfFaults(async (reply) => (await openOperator(reply)).source, { at: sourceAt })
})
