import type { FastifyInstance } from 'fastify'
import type { TwilioDoor } from './door.ts'

/** MessagingConfigurations of a service. */
export function registerMessagingConfigurations(_scope: FastifyInstance, _door: TwilioDoor): void {}
