import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Lookup v2. */
export function registerLookups(_scope: FastifyInstance, _door: TwilioDoor): void {}
