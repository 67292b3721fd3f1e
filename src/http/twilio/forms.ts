import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Forms. */
export function registerForms(_scope: FastifyInstance, _door: TwilioDoor): void {}
