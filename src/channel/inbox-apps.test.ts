import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { appsMax, createInboxApps } from './inbox-apps.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aval-apps-'))
  folders.push(folder)
  return join(folder, 'inbox-apps.jsonl')
}

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const uri = `otpauth://totp/Sympla:ana%40example.com?secret=${secret}&issuer=Sympla`
const clock = systemClock()

describe('the local authenticator apps', () => {
  // RFC 6238, appendix B, SHA1: its secret is the ASCII "12345678901234567890".
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [20_000_000_000, '65353130'],
  ])('show the code of RFC 6238 at %i s, until its period ends', (seconds, code) => {
    const apps = createInboxApps({ clock: { now: () => seconds * 1000 } })
    apps.add(`${uri}&digits=8`)
    const [app] = apps.list()
    expect(app && apps.codeOf(app)).toEqual({ code, expiresAt: (Math.floor(seconds / 30) + 1) * 30_000 })
  })

  it('take the parameters of the URI', () => {
    const apps = createInboxApps({ clock: { now: () => 59_000 } })
    apps.add(`otpauth://totp/x?secret=${secret}&algorithm=SHA256&digits=7&period=60`)
    const [app] = apps.list()
    expect(app).toMatchObject({ name: 'x', periodMs: 60_000, secret })
    expect(app && apps.codeOf(app)).toEqual({ code: expect.stringMatching(/^\d{7}$/), expiresAt: 60_000 })
  })

  it('survive a restart in a file that only its owner reads, each account once', async () => {
    const file = newFile()
    const apps = createInboxApps({ file, clock })
    expect([apps.add(uri), apps.add(` ${uri}\n`), apps.add(`${uri}&digits=8`)]).toEqual(['added', 'added', 'added'])
    await apps.flush()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = createInboxApps({ file, clock })
    expect(again.list()).toEqual(apps.list())
    expect(again.list().map(({ name }) => name)).toEqual(['Sympla: ana@example.com', 'Sympla: ana@example.com'])
    for (const { id } of again.list()) expect(again.remove(id)).toBe(true)
    expect(again.remove('x')).toBe(false)
    await again.flush()
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it.each([
    '',
    'https://example.com',
    'otpauth://totp/x',
    'otpauth://totp/x?secret=',
    'otpauth://totp/x?secret=1',
    `otpauth://hotp/x?secret=${secret}&counter=1`,
    `otpauth://totp/x?secret=${secret}&period=0`,
    `otpauth://totp/x?secret=${secret}&period=3601`,
    `otpauth://totp/x?secret=${secret}&digits=5`,
    `otpauth://totp/x?secret=${secret}&digits=99`,
    `otpauth://totp/x?secret=${secret}&algorithm=ROT13`,
    `otpauth://totp/${'x'.repeat(1000)}?secret=${secret}`,
  ])('refuse what no app reads: %s', (text) => {
    const file = newFile()
    const apps = createInboxApps({ file, clock })
    expect(apps.add(text)).toBe('unreadable')
    expect([apps.list(), existsSync(file)]).toEqual([[], false])
  })

  it('read or refuse any text', () => {
    const apps = createInboxApps({ clock })
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((more) => `otpauth://totp/x?secret=${more}`),
    )
    fc.assert(
      fc.property(text, (one) => {
        const answer = apps.add(one)
        for (const app of apps.list()) {
          apps.codeOf(app)
          apps.remove(app.id)
        }
        expect(['added', 'unreadable']).toContain(answer)
      }),
    )
  })

  it('are a hundred at most', () => {
    const apps = createInboxApps({ clock })
    for (let i = 0; i < appsMax; i++) expect(apps.add(`${uri}&digits=6&x=${i}`)).toBe('added')
    expect([apps.add(`${uri}&y=1`), apps.list().length]).toEqual(['full', appsMax])
    expect(apps.add(`${uri}&digits=6&x=0`)).toBe('added')
  })
})
