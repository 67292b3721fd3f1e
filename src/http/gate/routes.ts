import type { FastifyInstance } from 'fastify'
import { type GateDoor, gateDoor } from './door.ts'
import { addGuardRoutes } from './guard-routes.ts'
import { addSubjectRoutes } from './subject-routes.ts'
import { addTransactionRoutes } from './transaction-routes.ts'

export type { GateDoor }

/** The gate's API, /v1. */
export function registerGate(app: FastifyInstance, door: GateDoor): void {
  const add = gateDoor(app, door)
  addTransactionRoutes(add, door)
  addSubjectRoutes(add, door)
  addGuardRoutes(add, door)
}
