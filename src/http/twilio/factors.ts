import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** NewFactors and Factors. */
export function registerFactors(_scope: FastifyInstance, _door: TwilioDoor): void {}
