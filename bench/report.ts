import type { Decisions } from './decisions.ts'
import type { Measure } from './load.ts'

/** One line of the table. */
export interface Entry extends Measure {
  name: 'bare' | 'aval' | 'guarded' | 'better-auth'
  store: 'none' | 'sqlite' | 'postgres'
  door: 'v2' | 'v1' | 'better-auth'
}

/** What was measured within a minute or two of each other, and may be compared. */
export interface Round {
  entries: Entry[]
  /** Pairs a second; undefined where the run was not asked to look. */
  pgbench: Record<'v1' | 'v2', number> | undefined
  decisions: Decisions[]
}

/** All that one run of the bench found. */
export interface Results {
  rounds: Round[]
  startUp: { firstMs: number; laterMs: number } | undefined
  /** How many processes wanted the processor when the run began. */
  loadBefore: number
}

/** One promise about speed, and what was found. */
export interface Floor {
  title: string
  found: number
  wanted: string
  kept: boolean
}

const doors = ['v2', 'v1'] as const
const busyFrom = 0.7

/** The table of all runs, as text: of each line the round with the middle figure. */
export function tableOf({ rounds, startUp, loadBefore }: Results): string {
  const entries = (rounds[0]?.entries ?? []).map((_, index) =>
    middle(
      rounds.flatMap(({ entries }) => entries[index] ?? []),
      ({ pairsPerSecond }) => pairsPerSecond,
    ),
  )
  const times = ['start p50', 'p95', 'p99', 'check p50', 'p95', 'p99']
  const lines = [
    row(
      ['server', 'store', 'door'],
      ['conn', 'pairs/s', 'cpu/pair', ...times, 'rss MB', 'peak MB', 'lag p99', 'lag max'],
    ),
  ]
  for (const { name, store, door, connections, pairs, pairsPerSecond, start, check, server } of entries) {
    const latencies = [start.p50, start.p95, start.p99, check.p50, check.p95, check.p99].map((ms) => ms.toFixed(2))
    const memory = [server.rssMb, server.peakRssMb].map((mb) => mb.toFixed(0))
    const lags = [server.lagP99Ms, server.lagMaxMs].map((ms) => ms.toFixed(1))
    lines.push(
      row(
        [name, store, door],
        [
          String(connections),
          pairsPerSecond.toFixed(0),
          (server.cpuMs / pairs).toFixed(2),
          ...latencies,
          ...memory,
          ...lags,
        ],
      ),
    )
  }
  for (const door of doors) {
    const rates = rounds.flatMap(({ pgbench }) => pgbench?.[door] ?? [])
    if (rates.length > 0) lines.push(row(['pgbench', 'postgres', door], ['32', middle(rates).toFixed(0)]))
  }
  for (const store of ['sqlite', 'postgres'] as const) lines.push(...decisionLines(rounds, store))
  lines.push('', 'Times in milliseconds; processor time, memory and event-loop lag are the server’s.')
  if (startUp) {
    const { firstMs, laterMs } = startUp
    lines.push(`Start to ready: ${firstMs.toFixed(0)} ms on an empty data dir, ${laterMs.toFixed(0)} ms on a used one.`)
  }
  if (loadBefore > busyFrom)
    lines.push(`The machine was busy before (load ${loadBefore.toFixed(1)}): do not trust these figures.`)
  return lines.join('\n')
}

/** Figures of the guard alone: of each the middle one of all rounds. */
function decisionLines(rounds: readonly Round[], store: Decisions['store']): string[] {
  const found = rounds.flatMap(({ decisions }) => decisions.filter((one) => one.store === store))
  if (found.length === 0) return []
  const of = (measure: (one: Decisions) => number, digits: number) => middle(found.map(measure)).toFixed(digits)
  const alone = `alone ${of((one) => one.aloneMs, 2)} ms (${of((one) => one.aloneMs / one.emptyMs, 1)} empty statements)`
  const many = `${of((one) => one.many, 0)} over many countries (${of((one) => one.many / one.empty, 2)} of empty)`
  const hot = `${of((one) => one.hot, 0)} over one (${of((one) => one.hot / one.many, 2)} of many)`
  const cpu = `processor time of the node ${of((one) => one.cpuMs, 3)} ms`
  return [`decisions on ${store}: ${alone}; a second, by eight clients: ${many}, ${hot}; ${cpu}`]
}

function row(names: string[], figures: string[]): string {
  return `${names.map((name) => name.padEnd(12)).join('')}${figures.map((figure) => figure.padStart(10)).join('')}`
}

/** The one in the middle of these, by this measure of them. */
function middle<T>(many: readonly T[], measure: (one: T) => number = Number): T {
  return many.toSorted((a, b) => measure(a) - measure(b))[Math.floor(many.length / 2)] as T
}

/**
 * What Aval promises about its speed, held against what was found: of each promise the round with the middle figure.
 * A promise that was not looked at is left out.
 */
export function floorsOf({ rounds, startUp }: Results): Floor[] {
  const byRound = rounds.map(floorsOfRound)
  const floors = (byRound[0] ?? []).map((_, index) =>
    middle(
      byRound.flatMap((round) => round[index] ?? []),
      ({ found }) => found,
    ),
  )
  const readyMs = startUp ? Math.max(startUp.firstMs, startUp.laterMs) : Number.NaN
  return [...floors, below('start to ready, s', readyMs / 1000, 1.5)].filter(({ found }) => Number.isFinite(found))
}

function floorsOfRound({ entries, pgbench, decisions }: Round): Floor[] {
  const ours = entries.filter(({ name }) => name === 'aval')
  const best = (name: Entry['name'], store: Entry['store'], door?: Entry['door']) => {
    const runs = entries.filter((one) => one.name === name && one.store === store && (!door || one.door === door))
    return runs.length > 0 ? Math.max(...runs.map(({ pairsPerSecond }) => pairsPerSecond)) : Number.NaN
  }
  const ratios = doors.flatMap((door) => [
    atLeast(`${door} on SQLite, of the bare server`, best('aval', 'sqlite', door) / best('bare', 'none', door), 0.45),
    atLeast(`${door} on PostgreSQL, of pgbench`, best('aval', 'postgres', door) / (pgbench?.[door] ?? Number.NaN), 0.4),
    atLeast(`${door} on SQLite, times better-auth`, best('aval', 'sqlite', door) / best('better-auth', 'sqlite'), 10),
    atLeast(
      `${door} on PostgreSQL, times better-auth`,
      best('aval', 'postgres', door) / best('better-auth', 'postgres'),
      10,
    ),
    atLeast(
      `${door} on SQLite with guards, of without`,
      best('guarded', 'sqlite', door) / best('aval', 'sqlite', door),
      0.9,
    ),
    atLeast(
      `${door} on PostgreSQL with guards, of without`,
      best('guarded', 'postgres', door) / best('aval', 'postgres', door),
      0.9,
    ),
  ])
  const at16 = ours
    .filter(({ connections }) => connections === 16)
    .flatMap(({ start, check }) => [start.p99, check.p99])
  const onPostgres = decisions.find(({ store }) => store === 'postgres')
  return [
    ...ratios,
    below('a decision alone on PostgreSQL, ms', onPostgres?.aloneMs ?? Number.NaN, 1),
    atLeast('decisions a second, many countries', onPostgres?.many ?? Number.NaN, 5000),
    atLeast('decisions a second, one hot country', onPostgres?.hot ?? Number.NaN, 5000),
    below('p99 at 16 connections, ms', Math.max(...at16), 50),
    below('memory, MB', Math.max(...ours.map(({ server }) => server.rssMb)), 150),
  ]
}

function atLeast(title: string, found: number, floor: number): Floor {
  return { title, found, wanted: `at least ${floor}`, kept: found >= floor }
}

function below(title: string, found: number, ceiling: number): Floor {
  return { title, found, wanted: `under ${ceiling}`, kept: found < ceiling }
}

/** The floors, a line each. */
export function floorLines(floors: readonly Floor[]): string {
  return floors
    .map(
      ({ title, found, wanted, kept }) =>
        `${kept ? 'pass' : 'FAIL'}  ${title.padEnd(40)}${found.toFixed(2).padStart(8)}  ${wanted}`,
    )
    .join('\n')
}
