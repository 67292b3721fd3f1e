import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Challenges and Notifications. */
export function registerChallenges(_scope: FastifyInstance, _door: TwilioDoor): void {}
