import { lookup } from 'node:dns/promises'
import { type ClientRequest, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { isReachable, type Network } from './reachable-address.ts'

/** Requests to addresses that somebody else chose. */
export interface Outbound {
  /** Whether the host has addresses and every one of them may be reached. False when it cannot be found out in five seconds. */
  mayReach(hostname: string): Promise<boolean>
  /**
   * POSTs and gives the status of the answer; redirects are not followed and what the answer says is thrown away. The connection goes
   * to the very address that was checked, so a name that means another one a moment later changes nothing. Rejects after ten seconds.
   */
  post(url: string, headers: Record<string, string>, body: string): Promise<number>
}

/** The host is, or means, an address that may not be reached. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
  constructor() {
    super('an address of this host may not be reached')
    this.name = 'AddressRefused'
  }
}

/** The answer did not begin in time. */
export class TimedOut extends Error {
  readonly code = 'TIMED_OUT'
  constructor() {
    super('the answer did not begin in time')
    this.name = 'TimedOut'
  }
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<string[]>

const resolveMs = 5_000
const answerBytesMax = 4096

export function createOutbound({
  networks,
  resolve = systemResolve,
  timeoutMs = 10_000,
}: {
  /** What may be reached besides public addresses. */
  networks: readonly Network[]
  resolve?: Resolve
  timeoutMs?: number
}): Outbound {
  const lookingUp = new Map<string, Promise<string[]>>()
  /** Once for all who ask at the same time: the system looks up few names at once, and a slow one must not take every place. */
  function addressesOf(hostname: string): Promise<string[]> {
    const known = lookingUp.get(hostname)
    if (known) return known
    const looking = resolve(hostname).finally(() => lookingUp.delete(hostname))
    lookingUp.set(hostname, looking)
    return looking
  }

  /** Throws AddressRefused unless every address may be reached: of two, an attacker would have us take the other. */
  async function checkedAddresses(hostname: string): Promise<string[]> {
    const addresses = isIP(hostname) ? [hostname] : await addressesOf(hostname)
    if (addresses.length === 0 || !addresses.every((one) => isReachable(one, networks))) throw new AddressRefused()
    return addresses
  }

  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    checkedAddresses(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        if (options.all) callback(null, found)
        else callback(null, found[0]?.address ?? '', found[0]?.family)
      },
      (error: Error) => callback(error, ''),
    )
  }

  return {
    async mayReach(hostname) {
      const giveUp = new AbortController()
      const tooLate = sleep(resolveMs, false, { signal: giveUp.signal }).catch(() => false)
      const checked = checkedAddresses(bare(hostname)).then(
        () => true,
        () => false,
      )
      const answer = await Promise.race([checked, tooLate])
      giveUp.abort()
      return answer
    },
    async post(url, headers, body) {
      const { protocol, hostname } = new URL(url)
      // A literal address is never looked up.
      if (isIP(bare(hostname))) await checkedAddresses(bare(hostname))
      const send = protocol === 'https:' ? requestHttps : requestHttp
      const signal = AbortSignal.timeout(timeoutMs)
      return statusOf(
        send(url, {
          method: 'POST',
          headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
          agent: false,
          lookup: checkedLookup,
          signal,
        }),
        body,
        signal,
      )
    },
  }
}

function statusOf(request: ClientRequest, body: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    request.on('error', (error) => reject(signal.aborted ? new TimedOut() : error))
    request.on('response', (answer) => {
      let bytes = 0
      answer.on('error', () => {})
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > answerBytesMax) answer.destroy()
      })
      resolve(answer.statusCode ?? 0)
    })
    request.end(body)
  })
}

/** A host as sockets take it: addresses of IPv6 without the brackets of the URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

async function systemResolve(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address)
}
