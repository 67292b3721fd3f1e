import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import type { CarrierChoices } from './channel/carriers/configured.ts'
import { InvalidTestNumbers, parseTestNumbers, type TestNumbers } from './channel/inbox-test-numbers.ts'
import { readTemplates } from './channel/template-file.ts'
import { type Template, templates } from './channel/templates.ts'
import { readCarriers } from './config-carriers.ts'
import { builtInPolicies, type Policies } from './gate/policy.ts'
import { readPolicies } from './gate/policy-file.ts'
import type { AlarmHook } from './guard/alarm-hook.ts'
import { type GuardFile, readGuardTable } from './guard/guard-file.ts'
import { readSourceTable, type SourceFile } from './guard/sources/source-file.ts'
import type { Secret } from './lib/secret.ts'
import { type Fault, parseSetting, type SettingName, type Settings, settings } from './settings.ts'

export type { Settings }

/** Where settings come from. Tests pass their own. */
export interface ConfigSource {
  env: Record<string, string | undefined>
  /** Folder that is searched for secrets.toml and .streamlit/secrets.toml. */
  cwd: string
}

/** What the settings come to. */
export interface AvalConfig extends Settings {
  mode: 'local' | 'production'
  publicUrl: string
  dataDir: string
  /** Where codes go: through Twilio Verify, or Aval's own. */
  twilio:
    | { accountSid: string; username: string; password: Secret; verifyServiceSid: string; baseUrl: string | undefined }
    | undefined
  /** Who answers what lookups ask beyond the numbering plan. */
  lookup: { url: string; username: string; password: Secret } | undefined
  /** Who carries the messages of each channel, where it is not the inbox. */
  carriers: CarrierChoices
  /** Addresses whose messages come to a chosen end, in local mode. */
  testNumbers: TestNumbers
  /** The texts of verifications: the built-in ones, and those of a file. */
  catalogue: readonly Template[]
  /** What AVAL_GUARD_POLICY says; undefined where there is no such file. */
  guardFile: GuardFile | undefined
  /** The outside systems that are asked about fraud; undefined: none. */
  fraudSources: SourceFile | undefined
  /** Who is told of caps; undefined: the log alone. */
  alarm: AlarmHook | undefined
  /** The rules of every kind of transaction. */
  policies: Policies
}

/** The settings do not stand. The message names every fault with where it is, what is wrong and how to mend it. */
export class ConfigError extends Error {
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ name, from, wrong, fix }) => `  ${name} (${from}): ${wrong}\n    fix: ${fix}`)
    super(`Aval does not start: ${faults.length} setting${faults.length === 1 ? '' : 's'} to mend\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

interface Found {
  text: string
  from: string
}

/** Reads the environment, then *_FILE twins, then secrets.toml, then defaults. Throws ConfigError with all faults at once. */
export function readConfig(source: ConfigSource = { env: process.env, cwd: process.cwd() }): AvalConfig {
  const faults: Fault[] = []
  const found = collect(source, faults)
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const given = found.get(name)
    const outcome = parseSetting(name, given?.text)
    if ('wrong' in outcome) faults.push({ name, from: given?.from ?? 'default', ...outcome })
    else values[name] = outcome.value
  }
  const read = values as Settings
  const twilio = readTwilio(read, found, faults)
  const lookup = readLookup(read, found, faults)
  const carriers = readCarriers(read, (name) => found.has(name), faults)
  if (twilio) refuseCarriers(carriers, faults)
  const testNumbers = readTestNumbers(read, faults)
  const policies = readTomlFile('AVAL_POLICIES', read, source.cwd, faults, readPolicyTable) ?? builtInPolicies
  const own = readTomlFile('AVAL_TEMPLATES', read, source.cwd, faults, readTemplateTable) ?? []
  const catalogue = [...templates, ...own]
  const alarm = readAlarm(read, faults)
  const guardFile = readTomlFile('AVAL_GUARD_POLICY', read, source.cwd, faults, readGuardTable)
  const fraudSources = readTomlFile('AVAL_FRAUD_SOURCES', read, source.cwd, faults, readSourceTable)
  const mode = read.AVAL_ENV ?? (twilio ? 'production' : 'local')
  if (mode === 'production') refuseDefaults(read, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    ...read,
    mode,
    twilio,
    lookup,
    carriers,
    policies,
    testNumbers,
    catalogue,
    guardFile,
    fraudSources,
    alarm,
    dataDir: resolve(source.cwd, read.AVAL_DATA_DIR),
    publicUrl: read.AVAL_PUBLIC_URL ?? `http://localhost:${read.PORT}`,
  }
}

function collect({ env, cwd }: ConfigSource, faults: Fault[]): Map<string, Found> {
  const found = new Map<string, Found>()
  for (const file of ['.streamlit/secrets.toml', 'secrets.toml']) readSecretsFile(join(cwd, file), file, found, faults)
  for (const [name, text] of Object.entries(env)) {
    const base = name.endsWith('_FILE') ? name.slice(0, -5) : name
    const known = Object.hasOwn(settings, base)
    if (!known) {
      if (name.startsWith('AVAL_')) faults.push(unknown(name, 'environment'))
      continue
    }
    // An empty variable is an unset one: shells and compose files make them so.
    if (!text || (name !== base && env[base])) continue
    if (name === base) found.set(base, { text, from: 'environment' })
    else readTwin(base, text, cwd, found, faults)
  }
  return found
}

function readTwin(name: string, path: string, cwd: string, found: Map<string, Found>, faults: Fault[]): void {
  try {
    found.set(name, { text: readFileSync(resolve(cwd, path), 'utf8').trim(), from: `${name}_FILE` })
  } catch {
    faults.push({
      name: `${name}_FILE`,
      from: 'environment',
      wrong: 'the file cannot be read',
      fix: 'name a file that this user may read',
    })
  }
}

function readSecretsFile(path: string, shown: string, found: Map<string, Found>, faults: Fault[]): void {
  if (!existsSync(path)) return
  let table: Record<string, unknown>
  try {
    table = parseToml(readFileSync(path, 'utf8'))
  } catch (error) {
    const line = (error as { line?: number }).line
    faults.push({
      name: shown,
      from: 'file',
      wrong: `is not TOML${line ? ` (line ${line})` : ''}`,
      fix: 'write lines such as NAME = "value"',
    })
    return
  }
  for (const [name, value] of Object.entries(table)) {
    if (Object.hasOwn(settings, name)) found.set(name, { text: String(value), from: shown })
    else if (name.startsWith('AVAL_')) faults.push(unknown(name, shown))
  }
}

function unknown(name: string, from: string): Fault {
  return { name, from, wrong: 'is no setting of Aval', fix: 'see docs/configuration.md for the names, or remove it' }
}

function readTwilio(read: Settings, found: Map<string, Found>, faults: Fault[]): AvalConfig['twilio'] {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_VERIFY_SERVICE_SID: verifyServiceSid } = read
  const username = read.TWILIO_API_KEY ?? (read.TWILIO_AUTH_TOKEN ? accountSid : undefined)
  const password = read.TWILIO_API_KEY ? read.TWILIO_API_SECRET : read.TWILIO_AUTH_TOKEN
  const names = [
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_API_KEY',
    'TWILIO_API_SECRET',
    'TWILIO_VERIFY_SERVICE_SID',
  ]
  if (!names.some((name) => found.has(name))) return undefined
  if (accountSid && verifyServiceSid && username && password) {
    return { accountSid, username, password, verifyServiceSid, baseUrl: read.TWILIO_VERIFY_BASE_URL }
  }
  const missing = [
    ...(found.has('TWILIO_ACCOUNT_SID') ? [] : ['TWILIO_ACCOUNT_SID']),
    ...(found.has('TWILIO_VERIFY_SERVICE_SID') ? [] : ['TWILIO_VERIFY_SERVICE_SID']),
    ...(read.TWILIO_API_KEY && !read.TWILIO_API_SECRET ? ['TWILIO_API_SECRET'] : []),
    ...(!found.has('TWILIO_API_KEY') && !found.has('TWILIO_AUTH_TOKEN')
      ? ['TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET)']
      : []),
  ]
  for (const name of missing) {
    faults.push({
      name,
      from: 'not set',
      wrong: 'is missing while other Twilio credentials are set',
      fix: 'set it (Twilio Console: Account, and Verify > Services), or remove the other TWILIO_ settings to use local mode',
    })
  }
  return undefined
}

const lookupNames = ['AVAL_LOOKUP_URL', 'AVAL_LOOKUP_USERNAME', 'AVAL_LOOKUP_PASSWORD']

function readLookup(read: Settings, found: Map<string, Found>, faults: Fault[]): AvalConfig['lookup'] {
  const { AVAL_LOOKUP_URL: url, AVAL_LOOKUP_USERNAME: username, AVAL_LOOKUP_PASSWORD: password } = read
  if (url && username && password) return { url, username, password }
  const missing = lookupNames.filter((name) => !found.has(name))
  for (const name of missing.length < lookupNames.length ? missing : []) {
    faults.push({
      name,
      from: 'not set',
      wrong: 'is missing while other settings of lookups are set',
      fix: `set it, or remove ${lookupNames.filter((one) => one !== name).join(' and ')}`,
    })
  }
  return undefined
}

/** With Twilio Verify the codes are Twilio's, and so is the way that they take. */
function refuseCarriers(carriers: CarrierChoices, faults: Fault[]): void {
  for (const channel of ['whatsapp', 'call'] as const) {
    if (!carriers[channel]) continue
    faults.push({
      name: `AVAL_${channel.toUpperCase()}_CARRIER`,
      from: 'set',
      wrong: 'is set while codes go through Twilio Verify',
      fix: 'remove it, or the TWILIO_ settings',
    })
  }
}

function readAlarm(
  { AVAL_ALARM_URL: url, AVAL_ALARM_SECRET: secret }: Settings,
  faults: Fault[],
): AlarmHook | undefined {
  if (url !== undefined && secret !== undefined) return { url, secret }
  if (url === undefined && secret === undefined) return undefined
  const name = url === undefined ? 'AVAL_ALARM_URL' : 'AVAL_ALARM_SECRET'
  faults.push({ name, from: 'not set', wrong: 'is missing while its twin is set', fix: 'set both, or neither' })
  return undefined
}

function readTestNumbers({ AVAL_TEST_NUMBERS: text = '' }: Settings, faults: Fault[]): TestNumbers {
  try {
    return parseTestNumbers(text)
  } catch (error) {
    if (!(error instanceof InvalidTestNumbers)) throw error
    faults.push({
      name: 'AVAL_TEST_NUMBERS',
      from: 'set',
      wrong: error.message,
      fix: 'use a form like +5511988880001=slow:20',
    })
    return new Map()
  }
}

/** Settings that name a TOML file, and where it is explained. */
const tomlFiles = {
  AVAL_POLICIES: 'docs/policies.md',
  AVAL_TEMPLATES: 'docs/policies.md',
  AVAL_GUARD_POLICY: 'docs/guard.md',
  AVAL_FRAUD_SOURCES: 'docs/releases.md',
} as const

/** What the TOML file that a setting names comes to. Undefined without one; every fault of a file is one of the setting. */
function readTomlFile<T>(
  name: keyof typeof tomlFiles,
  read: Settings,
  cwd: string,
  faults: Fault[],
  judge: (table: unknown) => { value: T } | { faults: string[] },
): T | undefined {
  const path = read[name]
  if (path === undefined) return undefined
  let table: unknown
  try {
    table = parseToml(readFileSync(resolve(cwd, path), 'utf8'))
  } catch (error) {
    const { line } = error as { line?: number }
    const wrong = line ? `is not TOML (line ${line})` : 'the file cannot be read'
    faults.push({ name, from: path, wrong, fix: 'name a TOML file that this user may read' })
    return undefined
  }
  const outcome = judge(table)
  if ('value' in outcome) return outcome.value
  for (const wrong of outcome.faults) faults.push({ name, from: path, wrong, fix: `see ${tomlFiles[name]}` })
  return undefined
}

function readPolicyTable(table: unknown) {
  const outcome = readPolicies(table)
  return 'policies' in outcome ? { value: outcome.policies } : outcome
}

function readTemplateTable(table: unknown) {
  const outcome = readTemplates(table)
  return 'templates' in outcome ? { value: outcome.templates } : outcome
}

function refuseDefaults(read: Settings, faults: Fault[]): void {
  const inProduction = (name: SettingName, wrong: string, fix: string) =>
    faults.push({ name, from: 'production', wrong, fix })
  if (!read.AVAL_KEYS)
    inProduction(
      'AVAL_KEYS',
      'is required in production',
      'set id:base64 of 32 random bytes, for example k1:$(openssl rand -base64 32)',
    )
  if (read.AVAL_TEST_NUMBERS) inProduction('AVAL_TEST_NUMBERS', 'is for local mode alone', 'remove it')
  if (read.AVAL_GUARD_MODE === 'off')
    inProduction('AVAL_GUARD_MODE', 'cannot be off in production', 'use enforce or shadow')
  if (!read.AVAL_PUBLIC_URL)
    inProduction('AVAL_PUBLIC_URL', 'is required in production', 'set the https address that people see')
}
