import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSourceTable } from './source-file.ts'

const pem = (type: 'ed25519' | 'ec', namedCurve = 'P-256') => {
  const { privateKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve }) : generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
const whole = {
  budget_ms: 500,
  messages: 'abroad',
  twilio_lookup: { account_sid: `AC${'1'.repeat(32)}`, auth_token: 'token-canary', packages: ['sim_swap'] },
  minfraud: { account_id: '42', license_key: 'license-canary', service: 'insights' },
  camara_sim_swap: {
    url: 'https://api.operator.example/sim-swap/v2',
    token_url: 'https://auth.operator.example/token',
    client_id: 'aval',
    private_key: pem('ec'),
    key_id: 'k1',
  },
  camara_number_verification: { url: 'https://api.operator.example/number-verification/v2' },
  hook: { url: 'http://127.0.0.1:9999/fraud', secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
}

function faultsOf(table: unknown): string[] {
  const read = readSourceTable(table)
  return 'faults' in read ? read.faults : []
}

describe('the file of outside systems', () => {
  it('chooses each of them', () => {
    const read = readSourceTable(whole)
    if (!('value' in read)) throw new Error(read.faults.join())
    const { choices, budgetMs, messages } = read.value
    expect({ budgetMs, messages }).toEqual({ budgetMs: 500, messages: 'abroad' })
    expect(choices).toMatchObject({
      twilioLookup: { packages: ['sim_swap'] },
      minfraud: { accountId: '42', service: 'insights', baseUrl: 'https://minfraud.maxmind.com' },
      camaraSimSwap: { ask: 'check', maxAgeH: 72, client: { scope: 'sim-swap', credential: { keyId: 'k1' } } },
      camaraNumberVerification: { baseUrl: whole.camara_number_verification.url },
      signedHook: { url: whole.hook.url },
    })
    expect(JSON.stringify(read)).not.toMatch(/canary|PRIVATE KEY|BwcH/)
  })

  it('chooses none, and waits 800 ms, where nothing is said', () => {
    expect(readSourceTable({})).toMatchObject({ value: { budgetMs: 800, messages: 'none' } })
  })

  it.each([
    ['twilio_lookup.packages.0', { twilio_lookup: { ...whole.twilio_lookup, packages: ['moon'] } }],
    ['twilio_lookup.account_sid', { twilio_lookup: { ...whole.twilio_lookup, account_sid: 'AC1' } }],
    ['minfraud.license_key', { minfraud: { account_id: '42' } }],
    ['minfraud.url', { minfraud: { ...whole.minfraud, url: 'http://minfraud.example' } }],
    ['hook.url', { hook: { ...whole.hook, url: 'https://user:pass@fraud.example/' } }],
    ['hook.secret', { hook: { ...whole.hook, secret: 'short' } }],
    ['camara_sim_swap.private_key', { camara_sim_swap: { ...whole.camara_sim_swap, private_key: 'none' } }],
    ['camara_sim_swap.private_key', { camara_sim_swap: { ...whole.camara_sim_swap, private_key: pem('ec', 'P-384') } }],
    ['camara_sim_swap.private_key', { camara_sim_swap: { ...whole.camara_sim_swap, client_secret: 'as-well' } }],
    ['camara_sim_swap.max_age_h', { camara_sim_swap: { ...whole.camara_sim_swap, max_age_h: 2401 } }],
    ['moon', { moon: {} }],
    ['hook.colour', { hook: { ...whole.hook, colour: 'blue' } }],
    ['budget_ms', { budget_ms: 0 }],
  ])('names what is wrong by its path, and quotes nothing: %s', (path, table) => {
    const faults = faultsOf(table)
    expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(new Set([path]))
    expect(faults.join()).not.toMatch(/canary|pass@|PRIVATE|short/)
  })
})
