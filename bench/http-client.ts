import { connect, type Socket } from 'node:net'

/** What was answered: the status and the body as text. */
export interface Reply {
  status: number
  body: string
}

/** One kept connection, one request at a time. Far cheaper than a general client, so that the server is what is measured. */
export interface Connection {
  /** `head` ends where the length of the body goes: "...\r\ncontent-length: ". */
  send(head: string, body: string): Promise<Reply>
  close(): void
}

const endOfHead = Buffer.from('\r\n\r\n')

/** Opens a connection to a server on this machine. A broken one rejects the request under way. */
export function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(serveOn(socket))
    })
  })
}

function serveOn(socket: Socket): Connection {
  let received: Buffer = Buffer.alloc(0)
  let current: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined

  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const reply = readReply(received)
    if (!reply) return
    received = Buffer.alloc(0)
    const { resolve } = current ?? {}
    current = undefined
    resolve?.(reply)
  })
  const fail = (error: Error) => current?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))

  return {
    send(head, body) {
      return new Promise((resolve, reject) => {
        current = { resolve, reject }
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
      })
    },
    close: () => socket.destroy(),
  }
}

/** The whole reply, or undefined while some of it is missing. */
function readReply(bytes: Buffer): Reply | undefined {
  const headEnd = bytes.indexOf(endOfHead)
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const bodyStart = headEnd + endOfHead.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const bodyEnd = bodyStart + Number(length)
    return bytes.length < bodyEnd ? undefined : { status, body: bytes.toString('utf8', bodyStart, bodyEnd) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return readChunks(bytes, bodyStart, status)
  return { status, body: '' }
}

function readChunks(bytes: Buffer, start: number, status: number): Reply | undefined {
  const parts: string[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { status, body: parts.join('') }
    parts.push(bytes.toString('utf8', lineEnd + 2, next - 2))
    at = next
  }
}
