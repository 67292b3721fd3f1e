import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { createAccessTokens, type TokenClient } from '../../src/guard/sources/access-tokens.ts'
import { type CamaraSimSwap, createCamaraSimSwap } from '../../src/guard/sources/camara-sim-swap.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import { openPeer, sendJson, type Taken } from '../support/peer.ts'
import { canaries, hear, itIsUnknownOfFaults, oddBodies, questionOf, type Reply } from './support.ts'

const clientId = 'aval:client'
const clientSecret = 'secret canary/+%'
const scope = 'dpv:FraudPreventionAndDetection sim-swap'

/** An authorization server as RFC 6749 has it: Basic authentication of the client, its form, and bearer tokens that end. */
async function openIssuer(reply?: Reply) {
  const issued: string[] = []
  const peer = await openPeer((taken, response) => {
    if (reply) return reply(response, taken)
    const parameters = Object.fromEntries(new URLSearchParams(taken.body))
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret).replaceAll('%20', '+')}`
    if (taken.headers.authorization !== `Basic ${Buffer.from(pair).toString('base64')}`)
      return sendJson(response, 401, { error: 'invalid_client' })
    if (taken.headers['content-type'] !== 'application/x-www-form-urlencoded') return sendJson(response, 415, {})
    if (parameters.grant_type !== 'client_credentials' || parameters.scope !== scope)
      return sendJson(response, 400, { error: 'invalid_scope' })
    issued.push(`access-canary-${issued.length + 1}`)
    sendJson(response, 200, { access_token: issued.at(-1), token_type: 'Bearer', expires_in: 3600, scope })
  })
  return { peer, issued }
}

/** CAMARA SIM Swap: bearer token, the members that each operation takes and no other, and its own refusals. */
async function openOperator(answer: object | Reply, isValid: (token: string) => boolean = () => true) {
  return openPeer((taken, response) => {
    const refuse = (status: number, code: string) => sendJson(response, status, { status, code, message: 'In words' })
    const [, token = ''] = /^Bearer (.+)$/.exec(taken.headers.authorization ?? '') ?? []
    if (token === '' || !isValid(token)) return refuse(401, 'UNAUTHENTICATED')
    if (typeof answer === 'function') return (answer as Reply)(response, taken)
    const operation = taken.path.replace('/sim-swap/v2/', '')
    if (!['check', 'retrieve-date'].includes(operation)) return refuse(404, 'NOT_FOUND')
    const { phoneNumber, maxAge, ...rest } = JSON.parse(taken.body)
    if (phoneNumber === undefined) return refuse(422, 'MISSING_IDENTIFIER')
    const fits = operation === 'check' ? maxAge >= 1 && maxAge <= 2400 : maxAge === undefined
    if (!/^\+[1-9]\d{4,14}$/.test(phoneNumber) || !fits || Object.keys(rest).length > 0)
      return refuse(400, 'INVALID_ARGUMENT')
    sendJson(response, 200, answer, { 'x-correlator': String(taken.headers['x-correlator']) })
  })
}

async function open(
  answer: object | Reply,
  {
    ask = 'check',
    clock = systemClock(),
    issuer,
    isValid,
  }: {
    ask?: CamaraSimSwap['ask']
    clock?: ReturnType<typeof systemClock>
    issuer?: Awaited<ReturnType<typeof openIssuer>>
    isValid?: (token: string) => boolean
  } = {},
) {
  const operator = await openOperator(answer, isValid)
  const { peer, issued } = issuer ?? (await openIssuer())
  return { operator, issuer: peer, issued, clock, source: sourceAt(operator.url, peer.url, { ask, clock }) }
}

function sourceAt(
  operator: string,
  issuer: string,
  { ask = 'check' as CamaraSimSwap['ask'], clock = systemClock(), client = {} as Partial<TokenClient> } = {},
) {
  const credential = { clientSecret: new Secret(clientSecret) }
  const tokens = createAccessTokens(
    { tokenUrl: `${issuer}/token`, clientId, scope, credential, ...client },
    { clock, random: systemRandom() },
  )
  return createCamaraSimSwap({ baseUrl: `${operator}/sim-swap/v2/`, ask, maxAgeH: 72, tokens }, clock)
}

describe('CAMARA SIM Swap', () => {
  it('is asked whether the SIM was changed in 72 hours, by the name of the decision', async () => {
    const { operator, source } = await open({ swapped: true })
    expect((await hear(source)).facts).toEqual({ simChangedWithinH: 72, reasons: ['sim_changed'] })
    const { method, path, body, headers } = operator.taken[0] as Taken
    expect([method, path, JSON.parse(body)]).toEqual([
      'POST',
      '/sim-swap/v2/check',
      { phoneNumber: '+5511987654321', maxAge: 72 },
    ])
    expect(headers).toMatchObject({ authorization: 'Bearer access-canary-1', 'x-correlator': 'dec_0123456789abcdef' })
  })

  it('says for how long the SIM is the same', async () => {
    const { source } = await open({ swapped: false })
    expect((await hear(source)).facts).toEqual({ simUnchangedForH: 72, reasons: [] })
  })

  it.each([
    [
      { latestSimChange: '2023-07-03T14:27:08.312+02:00' },
      { simChangedAt: Date.parse('2023-07-03T12:27:08.312Z'), reasons: [] },
    ],
    [
      { latestSimChange: null, monitoredPeriod: 120 },
      { simUnchangedForH: 2880, reasons: [] },
    ],
    [{ latestSimChange: null }, { reasons: [] }],
    [{ latestSimChange: null, monitoredPeriod: 0 }, { reasons: [] }],
  ])('is asked when, and says %j', async (answer, expected) => {
    const { operator, source } = await open(answer, { ask: 'retrieve-date' })
    expect((await hear(source)).facts).toEqual(expected)
    expect(operator.taken[0]?.path).toBe('/sim-swap/v2/retrieve-date')
  })

  it.each([
    ['check', { swapped: null }],
    ['check', { swapped: 'false' }],
    ['check', { swapped: 0 }],
    ['check', { latestSimChange: null }],
    ['retrieve-date', { monitoredPeriod: 120 }],
    ['retrieve-date', { latestSimChange: '2023-07-03T14:27:08' }],
    ['retrieve-date', { latestSimChange: '2023-13-03T14:27:08Z' }],
    ['retrieve-date', { latestSimChange: '9999-07-03T14:27:08Z' }],
    ['retrieve-date', { latestSimChange: 1688394428 }],
    ['retrieve-date', { latestSimChange: null, monitoredPeriod: -1 }],
    ['retrieve-date', { latestSimChange: null, monitoredPeriod: '120' }],
  ] as const)('is unknown when %s answers %j', async (ask, answer) => {
    const { source } = await open(answer, { ask })
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })

  it('is not asked about a message, nor without a number', async () => {
    const { operator, issuer, source } = await open({ swapped: false })
    for (const changes of [{ about: 'message' as const }, { phone: undefined }, { phone: '11987654321' }])
      expect((await hear(source, questionOf(changes))).said).toMatchObject({ answer: 'unknown', why: 'not_asked' })
    expect([...operator.taken, ...issuer.taken]).toEqual([])
  })

  it('does not name the decision where its name is no correlator', async () => {
    const { operator, source } = await open({ swapped: false })
    await hear(source, questionOf({ decisionId: 'decision ü\r\nx: y' }))
    expect(operator.taken[0]?.headers).not.toHaveProperty('x-correlator')
  })

  it.each(['IDENTIFIER_NOT_FOUND', 'SERVICE_NOT_APPLICABLE'])('says %s of one number, not of all', async (code) => {
    const status = code === 'IDENTIFIER_NOT_FOUND' ? 404 : 422
    const { source } = await open((response) => sendJson(response, status, { status, code, message: 'In words' }))
    await expect(source.ask(questionOf(), new AbortController().signal)).rejects.toMatchObject({ isOutage: false })
  })

  itIsUnknownOfFaults(async (reply) => (await open(reply)).source, {
    at: (url) => sourceAt(url, 'https://issuer.invalid', { client: { tokenUrl: `${url}/token` } }),
    // The token is the first thing that nobody gives.
    refused: 'token_connection',
  })

  it('is not made for an operator who is neither https nor this machine', () => {
    expect(() => sourceAt('http://operator.invalid', 'https://issuer.invalid')).toThrow(RangeError)
  })
})

describe('a token', () => {
  it('is fetched once for many questions, and again shortly before it ends', async () => {
    const { operator, issued, source, clock } = await open({ swapped: false })
    await Promise.all([hear(source), hear(source), hear(source)])
    clock.advance(3_569_000)
    await hear(source)
    expect(issued).toHaveLength(1)
    clock.advance(2_000)
    await hear(source)
    expect(issued).toHaveLength(2)
    expect(
      operator.taken
        .map(({ headers }) => headers.authorization?.slice(-1))
        .sort()
        .join(''),
    ).toBe('11112')
  })

  it('that the API refuses is not used again, and nothing is asked twice', async () => {
    const { operator, issued, source } = await open(
      { swapped: false },
      { isValid: (token) => token !== 'access-canary-1' },
    )
    expect((await hear(source)).said).toMatchObject({ why: 'status_401' })
    expect(operator.taken).toHaveLength(1)
    expect((await hear(source)).said).toMatchObject({ answer: 'facts' })
    expect(issued).toHaveLength(2)
  })

  it('that does not say when it ends serves one question', async () => {
    const issuer = await openIssuer((response) =>
      sendJson(response, 200, { access_token: 'access-canary', token_type: 'bearer' }),
    )
    const { source } = await open({ swapped: false }, { issuer })
    await hear(source)
    expect((await hear(source)).said).toMatchObject({ answer: 'facts' })
    expect(issuer.peer.taken).toHaveLength(2)
  })

  it('that comes late serves the next question', async () => {
    let grant = () => {}
    const issuer = await openIssuer((response) => {
      grant = () => sendJson(response, 200, { access_token: 'access-canary', token_type: 'Bearer', expires_in: '600' })
    })
    const { source } = await open({ swapped: false }, { issuer })
    expect((await hear(source, questionOf(), { budgetMs: 300 })).said).toMatchObject({ why: 'timeout' })
    grant()
    expect((await hear(source)).said).toMatchObject({ answer: 'facts' })
    expect(issuer.peer.taken).toHaveLength(1)
  })

  it('is waited for no longer than there is time', async () => {
    const { source, clock } = await open({ swapped: false }, { issuer: await openIssuer(() => {}) })
    const begunAt = clock.now()
    await expect(source.ask(questionOf(), AbortSignal.timeout(200))).rejects.toMatchObject({ why: 'timeout' })
    expect(clock.now() - begunAt).toBeLessThan(3_000)
  })

  it.each<[string, string, Reply]>([
    ['token_status_401', 'refuses the client', (response) => sendJson(response, 401, { error: 'invalid_client' })],
    ['token_status_400', 'refuses the scope', (response) => sendJson(response, 400, { error: 'invalid_scope' })],
    ['token_status_429', 'is busy', (response) => sendJson(response, 429, {})],
    ['token_connection', 'hangs up', (response) => void response.socket?.destroy()],
    [
      'token_redirect',
      'redirects',
      (response) => sendJson(response, 302, {}, { location: 'http://127.0.0.1:1/login' }),
    ],
    [
      'token_answer_too_long',
      'talks much',
      (response) => sendJson(response, 200, { access_token: 'x'.repeat(100_000), token_type: 'Bearer' }),
    ],
    ...[
      { access_token: 'x', token_type: 'DPoP' },
      { access_token: 'x' },
      { access_token: null, token_type: 'Bearer' },
      { access_token: '', token_type: 'Bearer' },
      { access_token: 'two words', token_type: 'Bearer' },
      { access_token: 'a\r\nx-admin: 1', token_type: 'Bearer' },
    ].map((body): [string, string, Reply] => [
      'token_odd_answer',
      `answers ${JSON.stringify(body)}`,
      (response) => sendJson(response, 200, body),
    ]),
    ...oddBodies.map((body): [string, string, Reply] => [
      'token_odd_answer',
      `answers ${body.slice(0, 40)}`,
      (response) => response.writeHead(200).end(body),
    ]),
  ])('is missing (%s) when the issuer %s, and the operator is not asked', async (why, _name, reply) => {
    const { operator, source } = await open({ swapped: false }, { issuer: await openIssuer(reply) })
    const { said } = await hear(source)
    expect(said).toMatchObject({ answer: 'unknown', why })
    expect(operator.taken).toEqual([])
  })

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ])('is had for an assertion signed with %s, as CAMARA asks for', async (alg, { privateKey, publicKey }) => {
    const clock = systemClock()
    const jtis = new Set<unknown>()
    const issuer = await openIssuer(async (response, taken) => {
      const { client_assertion: assertion = '', ...parameters } = Object.fromEntries(new URLSearchParams(taken.body))
      const options = { issuer: clientId, subject: clientId, audience: `http://${taken.headers.host}/token` }
      const { payload, protectedHeader } = await jwtVerify(assertion, publicKey, options)
      const { iat = 0, exp = 0, jti } = payload
      jtis.add(jti)
      const fits =
        protectedHeader.alg === alg &&
        protectedHeader.kid === 'key-1' &&
        parameters.client_assertion_type === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
        parameters.grant_type === 'client_credentials' &&
        parameters.scope === scope &&
        taken.headers.authorization === undefined &&
        exp - iat <= 300
      sendJson(response, fits ? 200 : 401, { access_token: 'access-canary', token_type: 'Bearer', expires_in: 60 })
    })
    const operator = await openOperator({ swapped: false })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const credential = { privateKey: new Secret(pem), keyId: 'key-1' }
    const source = sourceAt(operator.url, issuer.peer.url, { clock, client: { credential } })
    expect((await hear(source)).said).toMatchObject({ answer: 'facts' })
    clock.advance(60_000)
    expect((await hear(source)).said).toMatchObject({ answer: 'facts' })
    expect(jtis.size).toBe(2)
  })

  it('is not asked for with a key that cannot sign', () => {
    const { privateKey } = generateKeyPairSync('x25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const credential = { privateKey: new Secret(pem), keyId: undefined }
    expect(() => sourceAt('https://a.invalid', 'https://b.invalid', { client: { credential } })).toThrow(RangeError)
  })

  it('names nobody in an error', async () => {
    const { source } = await open((response) => void response.socket?.destroy())
    const error = await source.ask(questionOf(), new AbortController().signal).catch((fault: Error) => fault)
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toMatch(canaries)
  })
})
