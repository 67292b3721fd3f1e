import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = (name: string) => new URL(`../../dist/${name}.js`, import.meta.url).pathname

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aval-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a built program in an empty folder with these settings alone, until it ends. */
function run(name: string, args: string[], settings: Record<string, string>) {
  const env = { PATH: process.env.PATH ?? '', PORT: '0', ...settings }
  return spawnSync(process.execPath, [program(name), ...args], { cwd: folder, env, encoding: 'utf8', timeout: 30_000 })
}

const wrong: Record<string, Record<string, string>> = {
  'a bad value': { PORT: 'eighty' },
  'a name that is none': { AVAL_KEY: 'k1' },
  'a file that is not there': { AVAL_KEYS_FILE: 'nowhere' },
}

describe.each([
  ['the server', 'main', []],
  ['the command line tool', 'cli', ['intercept']],
])('%s ends with exit code 3, says why and makes nothing on', (_title, name, args) => {
  it.each(Object.entries(wrong))('%s', (_what, settings) => {
    const { status, stdout, stderr } = run(name, args, settings)
    expect(status).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain('1 setting to mend')
    expect(stderr).toContain('fix: ')
    expect(stderr).not.toContain('    at ')
    expect(readdirSync(folder)).toEqual([])
  })
})

it('a production server without keys ends with exit code 3', () => {
  const { status, stderr } = run('main', [], { AVAL_ENV: 'production', AVAL_PUBLIC_URL: 'https://aval.example' })
  expect([status, stderr]).toEqual([3, expect.stringContaining('AVAL_KEYS (production): is required')])
})

it('all that is wrong is named at once, and no secret is repeated', () => {
  const keys = 'k1:bm90LWVub3VnaC1ieXRlcw=='
  writeFileSync(join(folder, 'secrets.toml'), `AVAL_KEYS = "${keys}"\nAVAL_KYES = "x"\n`)
  const { status, stderr } = run('main', [], { PORT: '-1' })
  expect(status).toBe(3)
  for (const name of ['PORT (environment)', 'AVAL_KEYS (secrets.toml)', 'AVAL_KYES (secrets.toml)', '3 settings'])
    expect(stderr).toContain(name)
  expect(stderr).not.toContain(keys.slice(3))
})

it('what is no setting ends with another exit code: a data dir that cannot be made', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(run('main', [], { AVAL_DATA_DIR: file }).status).toBe(1)
})
