import { createServer, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { forward, type Upstream } from './forward.ts'
import { type InterceptedHost, interceptedHost, interceptedHosts } from './hosts.ts'
import type { Identity } from './identity.ts'

const handshakeTimeoutMs = 10_000
const requestTimeoutMs = 60_000
const lingerMs = 1_000

/** A proxy that listens, and its end. */
export interface InterceptProxy {
  port: number
  /** Stops listening and ends every connection, whatever it is at. */
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1 (port 0: a free one) as a CONNECT proxy for the intercepted hosts, ends TLS itself and passes the requests on.
 * Everything else that a client asks a proxy for is refused with 403 and the reason. Rejects when the port is taken.
 */
export async function startProxy(
  deps: { upstream: Upstream; identity(): Promise<Identity> },
  port: number,
): Promise<InterceptProxy> {
  const open = new Set<Duplex>()
  const hostOf = new WeakMap<Duplex, InterceptedHost>()
  const shown = await deps.identity()

  const server = createServer(
    { headersTimeout: handshakeTimeoutMs, requestTimeout: requestTimeoutMs, keepAliveTimeout: requestTimeoutMs },
    (request, response) => {
      const host = hostOf.get(request.socket)
      if (host) {
        forward(deps.upstream, host, request, response)
        return
      }
      response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
      response.end(
        `aval intercept carries https alone, to ${interceptedHosts.join(' and ')}: see NO_PROXY for the rest\n`,
      )
    },
  )
  const ends = new Map(interceptedHosts.map((host) => [host, createTlsEnd(host, shown, receive)]))

  /** What came out of a tunnel is HTTP again: the same parser and limits as for everybody. */
  function receive(host: InterceptedHost, socket: Socket): void {
    hostOf.set(socket, host)
    server.emit('connection', socket)
  }

  server.on('connection', (socket: Duplex) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('connect', async (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    const host = hostOf.has(request.socket) ? undefined : interceptedHost(request.url ?? '')
    if (!host)
      return refuse(socket, 403, `aval intercept carries ${interceptedHosts.join(':443 and ')}:443 alone: see NO_PROXY`)
    const end = ends.get(host)
    try {
      end?.setSecureContext(await deps.identity())
    } catch (error) {
      return refuse(socket, 503, (error as Error).message)
    }
    // twilio-php tells this line from the answer by its very letters.
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) socket.unshift(head)
    end?.emit('connection', socket)
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

/** Ends the TLS of tunnels to one host, HTTP/1.1 alone. A client that names another host in its hello is turned away. */
function createTlsEnd(
  host: InterceptedHost,
  identity: Identity,
  receive: (host: InterceptedHost, socket: Socket) => void,
): TlsServer {
  const end = createTlsServer(
    {
      ...identity,
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeTimeoutMs,
      SNICallback: (name, done) => done(name.toLowerCase() === host ? null : new Error(`this tunnel leads to ${host}`)),
    },
    (socket) => receive(host, socket),
  )
  end.on('tlsClientError', (_error, socket) => socket.destroy())
  return end
}

function refuse(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  // What the client still sends is read away: closing over unread bytes would reset the connection and lose the answer.
  socket.resume()
  setTimeout(() => socket.destroy(), lingerMs).unref()
}
