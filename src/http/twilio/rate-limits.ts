import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** RateLimits and their Buckets. */
export function registerRateLimits(_scope: FastifyInstance, _door: TwilioDoor): void {}
