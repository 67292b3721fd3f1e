import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** AccessTokens. */
export function registerAccessTokens(_scope: FastifyInstance, _door: TwilioDoor): void {}
