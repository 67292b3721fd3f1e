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

describe('the carriers', () => {
  const hook = {
    AVAL_CARRIER_HOOK_URL: 'https://gateway.example/messages',
    AVAL_CARRIER_HOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  }
  const read = (env: Record<string, string>) => readConfig({ env, cwd: emptyFolder() })
  const faults = (env: Record<string, string>) => {
    try {
      read(env)
      return []
    } catch (error) {
      return (error as ConfigError).faults.map(({ name }) => name).sort()
    }
  }

  it('are chosen by channel, each with all that it needs', () => {
    const { carriers } = read({
      AVAL_SMS_CARRIER: 'twilio',
      AVAL_TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
      AVAL_TWILIO_AUTH_TOKEN: 'token',
      AVAL_TWILIO_SMS_FROM: '+5511900000000',
      AVAL_EMAIL_CARRIER: 'smtp',
      AVAL_SMTP_URL: 'smtps://user:password@mail.example',
      AVAL_SMTP_FROM: 'Sympla <codes@example.com>',
      AVAL_CALL_CARRIER: 'http',
      ...hook,
    })
    expect(carriers).toMatchObject({
      sms: { by: 'twilio', from: '+5511900000000' },
      email: { by: 'smtp', from: 'Sympla <codes@example.com>' },
      call: { by: 'http', url: 'https://gateway.example/messages' },
    })
    expect(JSON.stringify(carriers)).not.toMatch(/token|password|whsec/)
  })

  it('that lack a setting stop the start, with every one of them', () => {
    expect(faults({ AVAL_WHATSAPP_CARRIER: 'meta', AVAL_CALL_CARRIER: 'twilio', AVAL_META_TOKEN: 'x' })).toEqual([
      'AVAL_META_APP_SECRET',
      'AVAL_META_PHONE_NUMBER_ID',
      'AVAL_META_VERIFY_TOKEN',
      'AVAL_TWILIO_ACCOUNT_SID',
      'AVAL_TWILIO_AUTH_TOKEN',
      'AVAL_TWILIO_CALL_FROM',
    ])
  })

  it('that no channel has may have no settings either', () => {
    expect(faults(hook)).toEqual(['AVAL_CARRIER_HOOK_SECRET', 'AVAL_CARRIER_HOOK_URL'])
    expect(
      faults({
        AVAL_EMAIL_CARRIER: 'smtp',
        AVAL_SMTP_URL: 'http://mail.example',
        AVAL_SMTP_FROM: 'a\r\nBcc: b@c.example',
      }),
    ).toContain('AVAL_SMTP_URL')
  })

  it('are Twilio Verify where that carries the codes', () => {
    const verify = {
      TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_VERIFY_SERVICE_SID: `VA${'b'.repeat(32)}`,
      AVAL_ENV: 'local',
    }
    expect(faults({ ...verify, AVAL_CALL_CARRIER: 'http', ...hook })).toEqual(['AVAL_CALL_CARRIER'])
    // They carry the notices.
    expect(faults({ ...verify, AVAL_SMS_CARRIER: 'http', AVAL_EMAIL_CARRIER: 'http', ...hook })).toEqual([])
    expect(faults({ ...verify, TWILIO_VERIFY_CHANNELS: 'sms,fax' })).toEqual(['TWILIO_VERIFY_CHANNELS'])
  })

  it('and rules of a file that cannot be read stop the start', () => {
    expect(faults({ AVAL_POLICIES: 'nowhere.toml' })).toEqual(['AVAL_POLICIES'])
    expect(faults({ AVAL_TEST_NUMBERS: '+5511988880001=explode' })).toEqual(['AVAL_TEST_NUMBERS'])
  })
})

function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'aval-config-'))
}
