import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Entities. */
export function registerEntities(_scope: FastifyInstance, _door: TwilioDoor): void {}
