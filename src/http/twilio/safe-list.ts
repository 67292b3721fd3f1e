import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** The SafeList. */
export function registerSafeList(_scope: FastifyInstance, _door: TwilioDoor): void {}
