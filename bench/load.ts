import type { Door, Prepared } from './doors.ts'
import { type Connection, openConnection, type Reply } from './http-client.ts'
import type { MeasuredServer } from './measured-server.ts'
import type { ServerStats } from './serve.ts'

/** Times of one kind of request, in milliseconds. */
export interface Latency {
  p50: number
  p95: number
  p99: number
}

/** What one run came to. */
export interface Measure {
  connections: number
  pairs: number
  pairsPerSecond: number
  start: Latency
  check: Latency
  server: ServerStats
}

export interface Load {
  server: MeasuredServer
  door: Door
  connections: number
  warmUpMs: number
  measureMs: number
}

// One count for all runs: two verifications of one number must never meet.
let pairsBegun = 0

/** Keeps every connection busy with start+check pairs, and measures after a warm-up. Any refused pair is an error. */
export async function measureLoad({ server, door, connections, warmUpMs, measureMs }: Load): Promise<Measure> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(server.port)))
  const starts: number[] = []
  const checks: number[] = []
  const from = performance.now() + warmUpMs
  const until = from + measureMs
  let pairs = 0

  async function timed(connection: Connection, { head, body }: Prepared, times: number[]): Promise<Reply> {
    const sentAt = performance.now()
    const reply = await connection.send(head, body)
    const now = performance.now()
    if (sentAt >= from && now <= until) times.push(now - sentAt)
    return reply
  }

  async function work(connection: Connection, index: number): Promise<void> {
    while (performance.now() < until) {
      const to = door.to(pairsBegun++, index)
      const started = await timed(connection, door.start(to), starts)
      if (started.status >= 300) throw new Error(`${door.name} start was answered ${started.status}: ${started.body}`)
      const code = await server.code(to)
      const checked = await timed(connection, door.check(to, code, started.body), checks)
      if (!door.approved(checked.body))
        throw new Error(`${door.name} check was answered ${checked.status}: ${checked.body}`)
      const now = performance.now()
      if (now >= from && now <= until) pairs++
    }
  }

  const warmedUp = setTimeout(() => void server.stats(), warmUpMs)
  try {
    await Promise.all(opened.map(work))
  } finally {
    clearTimeout(warmedUp)
    for (const connection of opened) connection.close()
  }
  return {
    connections,
    pairs,
    pairsPerSecond: pairs / (measureMs / 1000),
    start: latencyOf(starts),
    check: latencyOf(checks),
    server: await server.stats(),
  }
}

function latencyOf(times: number[]): Latency {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
