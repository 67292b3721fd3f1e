import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { z } from 'zod'
import type { Secret } from '../lib/secret.ts'
import { queryName, type RemotePackage, remotePackages } from './lookup-packages.ts'

/** A service that speaks Lookup v2 and knows what carriers and registers know. */
export interface LookupSource {
  /**
   * What the source says of a number, checked member by member. A package that it does not give, or gives in another form, is not
   * there; none is when it does not answer within five seconds, or was out of order of late. At most ten are asked for at once; one
   * that has waited for five seconds goes unasked. Never rejects.
   */
  ask(
    e164: string,
    packages: readonly RemotePackage[],
    parameters: Record<string, string>,
  ): Promise<Partial<Record<RemotePackage, object>>>
}

export interface LookupAccount {
  /** Where /v2/PhoneNumbers is. */
  url: string
  username: string
  password: Secret
  timeoutMs?: number
}

const failuresMax = 5
const restMs = 10_000
const callsAtOnce = 10
const callsWaiting = 1000
const answerBytesMax = 65_536

const answer = z.object({ phone_number: z.string() }).loose()

/** A source over HTTP, with a time-out and a breaker; `log` hears of statuses only. */
export function createLookupSource(
  { url, username, password, timeoutMs = 5000 }: LookupAccount,
  log: { warn(details: object, message: string): void },
): LookupSource {
  const authorization = `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failuresMax) })
  const places = bulkhead(callsAtOnce, callsWaiting)

  return {
    async ask(e164, packages, parameters) {
      const query = new URLSearchParams({ Fields: packages.join() })
      for (const [name, value] of Object.entries(parameters)) query.set(queryName(name), value)
      // Who waited in the queue for so long goes without: it is no fault of the source, and a batch comes to an end.
      const patience = AbortSignal.timeout(timeoutMs)
      try {
        const told = await places.execute(() => {
          patience.throwIfAborted()
          return breaker.execute(() => get(`${url}/v2/PhoneNumbers/${encodeURIComponent(e164)}?${query}`))
        })
        return told?.phone_number === e164 ? checked(told, packages) : {}
      } catch (error) {
        // The name alone: the words of an error can quote what was answered.
        log.warn({ error: (error as Error).name }, 'the lookup source does not answer')
        return {}
      }
    },
  }

  /** What was answered; undefined for a refusal, which is an answer too. Throws where the fault is the source's. */
  async function get(address: string): Promise<z.output<typeof answer> | undefined> {
    const response = await fetch(address, {
      headers: { authorization, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.ok) return answer.parse(await boundedJson(response))
    await response.body?.cancel()
    log.warn({ status: response.status }, 'the lookup source refused')
    if (response.status >= 500) throw new Error('the lookup source is out of order')
    return undefined
  }
}

/** A body as JSON, counted as it is unpacked. Throws as soon as it is longer than any answer is. */
async function boundedJson({ body }: Response): Promise<unknown> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.byteLength
    if (bytes > answerBytesMax) throw new RangeError('the answer is too long')
    parts.push(part)
  }
  return JSON.parse(Buffer.concat(parts).toString())
}

function checked(
  told: Record<string, unknown>,
  packages: readonly RemotePackage[],
): Partial<Record<RemotePackage, object>> {
  const known = packages.flatMap((name) => {
    const { success, data } = remotePackages[name].safeParse(told[name])
    return success ? [[name, data] as const] : []
  })
  return Object.fromEntries(known)
}
