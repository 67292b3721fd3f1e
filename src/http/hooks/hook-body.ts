import type { FastifyInstance } from 'fastify'

/** Lets routes of this scope have the bytes of a body as they came: a signature is over them and nothing else. */
export function takeRawBodies(scope: FastifyInstance, bytesMax: number): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bytesMax }, (_request, body, done) =>
    done(null, body),
  )
}

/** The bytes of a body, none where there is none. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** One header, once; undefined for none, for an empty one and for one that came twice. */
export function headerOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined
}
