import pg from 'pg'
import { createAval, readConfig } from '../src/index.ts'
import { carrierFor } from './carrier.ts'
import { type Door, gateDoor, type Prepared, twilioDoor } from './doors.ts'

/** One statement as it went to PostgreSQL. */
export interface Captured {
  text: string
  values: readonly unknown[]
}

/** The statements of two start+check pairs through each door. */
export type CapturedPairs = Record<'v2' | 'v1', [Captured[], Captured[]]>

/** Runs pairs through the real server, listens to what it says to PostgreSQL, and tells the starting process. */
export async function captureStatements(): Promise<void> {
  const heard = listen()
  const codes = new Map<string, string>()
  const aval = await createAval(readConfig(), {
    carrier: carrierFor((to, code) => void codes.set(to, code)),
  })

  async function inject({ head, body }: Prepared): Promise<string> {
    const [first = '', ...lines] = head.split('\r\n')
    const fields = lines.slice(0, -1).map((line) => line.split(': ') as [string, string])
    const url = first.split(' ')[1] ?? ''
    const reply = await aval.app.inject({ method: 'POST', url, headers: Object.fromEntries(fields), payload: body })
    if (reply.statusCode >= 300) throw new Error(`${url} was answered ${reply.statusCode}: ${reply.body}`)
    return reply.body
  }

  async function pair(door: Door, n: number): Promise<Captured[]> {
    const to = door.to(n, n)
    heard.length = 0
    const started = await inject(door.start(to))
    const checked = await inject(door.check(to, codes.get(to) ?? '', started))
    if (!door.approved(checked)) throw new Error(`the code was not approved: ${checked}`)
    return [...heard]
  }

  async function pairs(door: Door, from: number): Promise<[Captured[], Captured[]]> {
    await pair(door, from)
    return [await pair(door, from + 1), await pair(door, from + 2)]
  }

  const captured: CapturedPairs = { v2: await pairs(twilioDoor, 0), v1: await pairs(gateDoor, 10) }
  await aval.close()
  process.send?.(captured, () => process.exit(0))
}

/** Every later query of this process is added to the list. */
function listen(): Captured[] {
  const heard: Captured[] = []
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  function listening(this: pg.Client, ...args: unknown[]): unknown {
    const [first, values] = args
    const given = typeof first === 'string' ? { text: first, values } : (first as Partial<Captured>)
    if (given.text) heard.push({ text: given.text, values: (given.values as unknown[] | undefined) ?? [] })
    return query.apply(this, args)
  }
  pg.Client.prototype.query = listening as typeof pg.Client.prototype.query
  return heard
}
