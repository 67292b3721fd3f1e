import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Templates. */
export function registerTemplates(_scope: FastifyInstance, _door: TwilioDoor): void {}
