import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from './config.ts'
import { loadCredentials } from './credentials.ts'

describe('the data dir', () => {
  let cwd: string
  let dataDir: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'aval-credentials-'))
    dataDir = join(cwd, 'data')
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(cwd, { recursive: true, force: true })
  })

  const load = () => loadCredentials(readConfig({ env: { AVAL_DATA_DIR: dataDir }, cwd }))
  const modeOf = (path: string) => statSync(path).mode & 0o7777
  const warnings = () => vi.mocked(process.emitWarning).mock.calls.map(([text]) => text)

  it('is made for its owner alone, and the credentials in it too', () => {
    load()
    expect([modeOf(dataDir), modeOf(join(dataDir, 'credentials.json'))]).toEqual([0o700, 0o600])
    expect(warnings()).toEqual([])
  })

  it('is closed to others where it was there, and holds what Aval made alone', () => {
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o755)
    const { apiKey } = load()
    expect(modeOf(dataDir)).toBe(0o700)
    chmodSync(dataDir, 0o750)
    for (const name of ['aval.db', 'aval.db-wal', 'inbox.jsonl']) writeFileSync(join(dataDir, name), '')
    expect(load().apiKey.reveal()).toBe(apiKey.reveal())
    expect(modeOf(dataDir)).toBe(0o700)
    expect(warnings()).toEqual([])
  })

  it.each([
    ['holds what others made', 0o755, 'package.json'],
    ['is made for all to write to', 0o1777, 'aval.db'],
  ])('is left as it is where it %s, with a warning', (_title, mode, name) => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, name), '')
    chmodSync(dataDir, mode)
    load()
    expect(modeOf(dataDir)).toBe(mode)
    expect(modeOf(join(dataDir, 'credentials.json'))).toBe(0o600)
    expect(warnings()).toEqual([expect.stringContaining(dataDir)])
  })
})
