import type { FastifyInstance } from 'fastify'
import { missing } from './answers.ts'
import { baseOf, param, type TwilioDoor } from './door.ts'

/** Forms: which fields the factor type push needs. There is this one, and it says nothing that changes. */
export function registerForms(scope: FastifyInstance, door: TwilioDoor): void {
  scope.get('/Forms/:type', async (request) => {
    if (param(request, 'type') !== 'form-push') throw missing(request)
    return {
      form_type: 'form-push',
      forms: { create_factor: {}, verify_factor: {}, create_challenge: {} },
      form_meta: {},
      url: `${baseOf(request, door)}/v2/Forms/form-push`,
    }
  })
}
