import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** Webhooks of a service. */
export function registerWebhooks(_scope: FastifyInstance, _door: TwilioDoor): void {}
