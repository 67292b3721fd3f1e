import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** One request as the receiver got it. */
export interface ReceivedEvent {
  method: string
  path: string
  headers: Record<string, string>
  body: string
  params: Record<string, string>
  /** The server name that TLS was asked for. */
  servername: string | undefined
}

/** What the receiver does with a request: answers with a status and headers, never answers, or cuts the line. */
export type Reply = number | { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'cut'

/** A real HTTP server on this machine that keeps what comes. `reply` may be changed at any time. */
export interface WebhookReceiver {
  url: string
  port: number
  events: ReceivedEvent[]
  reply: (event: ReceivedEvent) => Reply
  close(): Promise<void>
}

export async function startReceiver({
  tls,
  port = 0,
}: {
  tls?: { key: string; cert: string }
  /** Any free one unless said otherwise. */
  port?: number
} = {}): Promise<WebhookReceiver> {
  const receiver: WebhookReceiver = { url: '', port: 0, events: [], reply: () => 200, close: () => closeServer(server) }
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const event: ReceivedEvent = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body,
        params: Object.fromEntries(new URLSearchParams(body)),
        servername: (request.socket as Partial<TLSSocket>).servername || undefined,
      }
      receiver.events.push(event)
      const reply = receiver.reply(event)
      if (reply === 'hang') return
      if (reply === 'cut') {
        request.socket.destroy()
        return
      }
      const { status, headers = {}, body: text = 'ok' } = typeof reply === 'number' ? { status: reply } : reply
      response.writeHead(status, headers)
      response.end(status === 204 ? undefined : text)
    })
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  receiver.port = (server.address() as AddressInfo).port
  receiver.url = `http${tls ? 's' : ''}://127.0.0.1:${receiver.port}/hook?k=a%20b`
  return receiver
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
