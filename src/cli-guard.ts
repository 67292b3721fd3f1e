import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { readConfig } from './config.ts'
import { loadCredentials } from './credentials.ts'
import { defaultCuts } from './guard/buckets/scopes.ts'
import type { SendRules } from './guard/decide-send.ts'
import { readGuardTable, withFile } from './guard/guard-file.ts'
import { compileOperatorRules } from './guard/operator-rules.ts'
import { builtInPrices } from './guard/prices.ts'
import { exportTrace } from './guard/replay/export-trace.ts'
import { type ReplaySummary, replayFile } from './guard/replay/replay-file.ts'
import { BadTrace } from './guard/replay/trace.ts'
import { systemClock } from './lib/clock.ts'
import { openDb } from './store/open.ts'

export const guardUsage = `  guard replay --trace FILE [--rules FILE] [--policy FILE] [--json]
              Runs recorded traffic through the guard and says what it would have decided. Nothing is sent, and no store is touched.
    --trace FILE   JSON lines in order of time: starts, checks and delivery reports (docs/guard.md)
    --policy FILE  a candidate, as AVAL_GUARD_POLICY names it (TOML, or JSON by the ending .json); the built-in rules otherwise
    --rules FILE   rules of operators, a line each, in place of those of the policy
    --json         a line for each start, then one line {"summary": ...}
  guard export --from TIME [--until TIME]
              Writes what this server decided as a trace, with the settings and keys of the server. Numbers stand in it as they are:
              keep it as you keep the key ring.
    --from, --until TIME   such as 2026-11-01T00:00:00Z; until now by default`

/** A file or an argument that is wrong, for whoever named it. */
export class GuardUsageError extends Error {}

/** aval guard ... */
export async function runGuard(args: string[]): Promise<void> {
  const [what, ...rest] = args
  if (what === 'export') return writeExport(rest)
  if (what !== 'replay') throw new GuardUsageError(what === undefined ? 'guard what?' : `there is no "guard ${what}"`)
  const { trace, policy, rules: ruleFile, json } = readArguments(rest)
  if (trace === undefined) throw new GuardUsageError('guard replay needs --trace FILE')
  const rules = withRules(rulesOf(policy), ruleFile)
  // Written in large pieces: a trace has a million lines.
  let lines: string[] = []
  const flush = async () => {
    const text = lines.join('')
    lines = []
    if (!process.stdout.write(text)) await new Promise((done) => process.stdout.once('drain', done))
  }
  try {
    const summary = await replayFile(trace, rules, async (line) => {
      if (!json) return
      lines.push(`${JSON.stringify(line)}\n`)
      if (lines.length >= 1000) await flush()
    })
    lines.push(json ? `${JSON.stringify({ summary })}\n` : inWords(summary))
    await flush()
  } catch (error) {
    await flush()
    if (error instanceof BadTrace) throw new GuardUsageError(error.message)
    if ((error as { code?: string }).code === undefined) throw error
    throw new GuardUsageError(`the trace ${trace} cannot be read (${(error as { code: string }).code})`)
  }
}

async function writeExport(args: string[]): Promise<void> {
  const { from, until } = readTimes(args)
  const config = readConfig()
  const { keys } = loadCredentials(config)
  const url = config.AVAL_DATABASE_URL?.reveal()
  const db = await openDb(url ? { url } : { file: join(config.dataDir, 'aval.db') }, () => {})
  try {
    const { events, left } = await exportTrace({ db, keys }, from, until)
    for (let i = 0; i < events.length; i += 1000) {
      const lines = events.slice(i, i + 1000).map((event) => `${JSON.stringify(event)}\n`)
      if (!process.stdout.write(lines.join(''))) await new Promise((done) => process.stdout.once('drain', done))
    }
    if (left > 0)
      console.error(`${left} decisions are left out: their recipients are forgotten, or their key is not in AVAL_KEYS`)
  } finally {
    await db.close()
  }
}

function readTimes(args: string[]): { from: number; until: number } {
  let given: { from?: string | undefined; until?: string | undefined }
  try {
    given = parseArgs({ args, options: { from: { type: 'string' }, until: { type: 'string' } } }).values
  } catch (error) {
    throw new GuardUsageError((error as Error).message)
  }
  const timeOf = (name: string, text: string) => {
    const at = Date.parse(text)
    if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at))
      throw new GuardUsageError(`--${name} is no time such as 2026-11-01T00:00:00Z`)
    return at
  }
  if (given.from === undefined) throw new GuardUsageError('guard export needs --from TIME')
  const until = given.until === undefined ? systemClock().now() : timeOf('until', given.until)
  return { from: timeOf('from', given.from), until }
}

function readArguments(args: string[]) {
  try {
    const options = {
      trace: { type: 'string' },
      policy: { type: 'string' },
      rules: { type: 'string' },
      json: { type: 'boolean' },
    } as const
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new GuardUsageError((error as Error).message)
  }
}

function rulesOf(path: string | undefined): SendRules {
  const usual: SendRules = {
    mode: 'enforce',
    buckets: 'enforce',
    countries: '*',
    home: 'BR',
    prices: builtInPrices,
    cuts: defaultCuts,
  }
  if (path === undefined) return usual
  const outcome = readGuardTable(tableIn(path))
  if ('faults' in outcome) throw new GuardUsageError([`the policy ${path}:`, ...outcome.faults].join('\n  '))
  const { mode, buckets, home } = outcome.value
  const set = { ...(mode && { mode }), ...(buckets && { buckets }), ...(home && { home }) }
  return withFile({ ...usual, ...set }, outcome.value)
}

/** The rules of operators in this file, or in the policy. No list is known here. */
function withRules(rules: SendRules, path: string | undefined): SendRules {
  const text = path === undefined ? rules.rulesText : textOf(path, 'rules')
  if (!text) return rules
  const outcome = compileOperatorRules(text, () => undefined)
  if ('rules' in outcome) return { ...rules, operator: outcome.rules }
  throw new GuardUsageError([`the rules ${path ?? 'of the policy'}:`, ...outcome.faults].join('\n  '))
}

function textOf(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new GuardUsageError(`the ${what} ${path} cannot be read (${(error as { code?: string }).code})`)
  }
}

function tableIn(path: string): unknown {
  const text = textOf(path, 'policy')
  try {
    return path.endsWith('.json') ? JSON.parse(text) : parseToml(text)
  } catch {
    throw new GuardUsageError(`the policy ${path} is no ${path.endsWith('.json') ? 'JSON' : 'TOML'}`)
  }
}

function inWords({ starts, actions, entered, spent_usd, saved_usd, reasons }: ReplaySummary): string {
  const others = Object.entries(actions).filter(([name, count]) => name !== 'allow' && count > 0)
  const refused = others.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'
  const why = Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `    ${name.padEnd(24)}${count}`)
  return [
    `  starts    ${starts}: ${actions.allow} allowed, of which ${entered} were entered; the rest: ${refused}`,
    `  spent     USD ${spent_usd.toFixed(2)}`,
    `  not spent USD ${saved_usd.toFixed(2)}`,
    ...why,
    '',
  ].join('\n')
}
