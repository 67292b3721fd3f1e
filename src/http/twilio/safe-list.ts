import type { FastifyInstance } from 'fastify'
import { parsePhone } from '../../lib/e164.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import { addSafeListed, readSafeListed, removeSafeListed } from '../../verify/safe-list.ts'
import { found } from './answers.ts'
import { baseOf, param, type TwilioDoor } from './door.ts'
import { formOf } from './form.ts'

/** SafeList: numbers, and blocks of a thousand, that no guard holds up. */
export function registerSafeList(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/SafeList/Numbers', async (request, reply) => {
    const phone = formOf(request.body).required('PhoneNumber', 20)
    if (!isListable(phone)) throw invalidParameter('PhoneNumber')
    const { sid } = await addSafeListed(door, door.accountSid, phone)
    return reply.code(201).send(safeListBody(sid, phone, baseOf(request, door)))
  })
  scope.get('/SafeList/Numbers/:phone', async (request) => {
    const phone = param(request, 'phone')
    const { sid } = found(request, await readSafeListed(door, door.accountSid, phone))
    return safeListBody(sid, phone, baseOf(request, door))
  })
  scope.delete('/SafeList/Numbers/:phone', async (request, reply) => {
    found(request, (await removeSafeListed(door, door.accountSid, param(request, 'phone'))) || undefined)
    return reply.code(204).send()
  })
}

function isListable(text: string): boolean {
  return /^\+[1-9]\d{5,11}xxx$/.test(text) || parsePhone(text)?.e164 === text
}

function safeListBody(sid: string, phone: string, base: string) {
  return { sid, phone_number: phone, url: `${base}/v2/SafeList/Numbers/${encodeURIComponent(phone)}` }
}
