import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const twilio = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'secret-token-value',
  TWILIO_VERIFY_SERVICE_SID: `VA${'2'.repeat(32)}`,
}
const production = {
  AVAL_ENV: 'production',
  AVAL_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  AVAL_PUBLIC_URL: 'https://aval.example.com',
}

describe('the configuration', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'aval-config-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true }))
  const read = (env: Record<string, string | undefined> = {}) => readConfig({ env, cwd })
  function faultsOf(env: Record<string, string | undefined>): string[] {
    try {
      read(env)
    } catch (error) {
      if (error instanceof ConfigError) return error.faults.map(({ name }) => name)
    }
    return []
  }

  it('is local mode on port 4000 when nothing is set', () => {
    expect(read()).toMatchObject({
      mode: 'local',
      PORT: 4000,
      HOST: '127.0.0.1',
      publicUrl: 'http://localhost:4000',
      twilio: undefined,
    })
  })

  it('names every fault at once, and no value', () => {
    const env = {
      PORT: 'x',
      AVAL_TYPO: '1',
      AVAL_API_KEY: 'hunter2',
      AVAL_GUARD_MODE: 'maybe',
      AVAL_TRUSTED_PROXIES: '10.0.0.0/99',
    }
    expect(faultsOf(env).sort()).toEqual([
      'AVAL_API_KEY',
      'AVAL_GUARD_MODE',
      'AVAL_TRUSTED_PROXIES',
      'AVAL_TYPO',
      'PORT',
    ])
    expect(() => read(env)).toThrow(/fix: /)
    expect(() => read(env)).not.toThrow(/hunter2/)
  })

  it('refuses half-set Twilio credentials and says what is missing', () => {
    for (const name of Object.keys(twilio)) {
      expect(faultsOf({ ...twilio, [name]: undefined }).join(), name).toContain(name)
    }
    expect(faultsOf({ ...twilio, TWILIO_ACCOUNT_SID: 'your_account_sid_here' })).toContain('TWILIO_ACCOUNT_SID')
  })

  it('takes the keys of the proof of concept’s secrets file, a file twin before them, and the environment before all', () => {
    mkdirSync(join(cwd, '.streamlit'))
    const toml = Object.entries(twilio).map(([name, value]) => `${name} = "${value}"`)
    writeFileSync(join(cwd, '.streamlit/secrets.toml'), toml.join('\n'))
    expect(read({ AVAL_ENV: 'local' }).twilio).toMatchObject({ accountSid: twilio.TWILIO_ACCOUNT_SID })
    writeFileSync(join(cwd, 'token'), 'from-file\n')
    expect(read({ AVAL_ENV: 'local', TWILIO_AUTH_TOKEN_FILE: 'token' }).twilio?.password.reveal()).toBe('from-file')
    expect(
      read({
        AVAL_ENV: 'local',
        TWILIO_AUTH_TOKEN_FILE: 'token',
        TWILIO_AUTH_TOKEN: 'from-env',
      }).twilio?.password.reveal(),
    ).toBe('from-env')
  })

  it('refuses a half-set source of lookups, and one that passwords would reach unprotected', () => {
    const lookup = {
      AVAL_LOOKUP_URL: 'https://lookups.example.com/',
      AVAL_LOOKUP_USERNAME: 'user',
      AVAL_LOOKUP_PASSWORD: 'lookup-secret',
    }
    expect(read().lookup).toBeUndefined()
    expect(read(lookup).lookup).toMatchObject({ url: 'https://lookups.example.com', username: 'user' })
    expect(JSON.stringify(read(lookup))).not.toContain('lookup-secret')
    for (const name of Object.keys(lookup)) expect(faultsOf({ ...lookup, [name]: undefined })).toEqual([name])
    const faultsAt = (AVAL_LOOKUP_URL: string) => faultsOf({ ...lookup, AVAL_LOOKUP_URL })
    for (const near of ['http://localhost:4010', 'http://127.0.0.1:4010', 'http://[::1]:4010/lookups'])
      expect(faultsAt(near), near).toEqual([])
    for (const bad of [
      'http://a.example',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'https://u:p@a.example',
      'nonsense',
    ])
      expect(faultsAt(bad), bad).toEqual(['AVAL_LOOKUP_URL'])
  })

  it('refuses defaults in production', () => {
    expect(faultsOf({ AVAL_ENV: 'production', AVAL_GUARD_MODE: 'off' })).toEqual([
      'AVAL_KEYS',
      'AVAL_GUARD_MODE',
      'AVAL_PUBLIC_URL',
    ])
    expect(faultsOf({ ...production, AVAL_KEYS: 'k1:c2hvcnQ=' })).toContain('AVAL_KEYS')
    expect(read(production)).toMatchObject({ mode: 'production' })
    expect(faultsOf(twilio)).toContain('AVAL_KEYS')
  })

  it('prints no secret', () => {
    const config = read({ ...production, ...twilio, AVAL_API_KEY: 'very-secret-api-key' })
    expect(`${JSON.stringify(config)}${config.AVAL_API_KEY}`).not.toMatch(/very-secret|secret-token|AQEB/)
  })
})
