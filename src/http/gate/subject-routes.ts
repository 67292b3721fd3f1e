import type { z } from 'zod'
import {
  callOffContact,
  type EnrolmentRequest,
  requestContact,
  requestFactor,
  requestRemoval,
} from '../../gate/enrolment.ts'
import { finishEnrolment, openEnrolment } from '../../gate/finish-enrolment.ts'
import { readSubject } from '../../gate/read-subject.ts'
import type { AddRoute, Context, GateDoor } from './door.ts'
import * as schemas from './schemas.ts'
import { contactBody, enrolmentBody, factorBody, finishedBody, subjectBody } from './subject-body.ts'

/** The routes of what a subject approves with. */
export function addSubjectRoutes(add: AddRoute, door: GateDoor): void {
  const none = schemas.emptyBody
  add({
    method: 'GET',
    path: '/subjects/:subject',
    client: false,
    body: none,
    run: async (context) => subjectBody(await readSubject(door, subjectOf(context))),
  })
  add({
    method: 'GET',
    path: '/subjects/:subject/contacts',
    client: false,
    body: none,
    run: async (context) => {
      const { contacts, now } = await readSubject(door, subjectOf(context))
      return { data: contacts.map((one) => contactBody(one, contacts, now)) }
    },
  })
  add({
    method: 'POST',
    path: '/subjects/:subject/contacts',
    client: false,
    body: schemas.contactBody,
    status: 201,
    run: async (context) => {
      const { phone, email, hold } = context.body
      return context.answer(await requestContact(door, { ...requestOf(context), phone, email, hold }))
    },
  })
  add({
    method: 'DELETE',
    path: '/subjects/:subject/contacts/:contact',
    client: false,
    body: none,
    status: 204,
    run: async (context) => {
      await callOffContact(door, { ...subjectOf(context), id: context.params.contact ?? '' })
      return undefined
    },
  })
  add({
    method: 'GET',
    path: '/subjects/:subject/factors',
    client: false,
    body: none,
    run: async (context) => ({ data: (await readSubject(door, subjectOf(context))).authenticators.map(factorBody) }),
  })
  add({
    method: 'POST',
    path: '/subjects/:subject/factors',
    client: false,
    body: schemas.factorBody,
    status: 201,
    run: async (context) => {
      const { type, name } = context.body
      return context.answer(await requestFactor(door, { ...requestOf(context), type, name }))
    },
  })
  add({
    method: 'POST',
    path: '/subjects/:subject/factors/:factor/removal',
    client: false,
    body: schemas.removalBody,
    status: 201,
    run: async (context) =>
      context.answer(await requestRemoval(door, { ...requestOf(context), id: context.params.factor ?? '' })),
  })
  add({
    method: 'GET',
    path: '/transactions/:id/enrolment',
    client: false,
    body: none,
    run: async ({ id }) => enrolmentBody(await openEnrolment(door, { id })),
  })
  add({
    method: 'POST',
    path: '/transactions/:id/enrolment',
    client: false,
    body: schemas.checkBody,
    holdsPayload: true,
    run: async ({ id, body, caller }) =>
      finishedBody(await finishEnrolment(door, { id, answer: schemas.answerOf(body), caller })),
  })
}

function subjectOf({ params }: Pick<Context<unknown>, 'params'>): { subject: string } {
  return { subject: schemas.parse(schemas.subjectPath, params).subject }
}

function requestOf(context: Context<z.output<typeof schemas.removalBody>>): EnrolmentRequest {
  const { factor, locale, return_url: returnUrl, metadata, client } = context.body
  const { caller, operation } = context
  const from = { ip: client?.ip ?? caller.ip }
  return { ...subjectOf(context), factor, locale, returnUrl, metadata, operation, caller: from }
}
