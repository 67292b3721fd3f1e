import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Passkeys. */
export function registerPasskeys(_scope: FastifyInstance, _door: TwilioDoor): void {}
