import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CountryCode } from 'libphonenumber-js/max'
import { isoSeconds } from '../../lib/clock.ts'
import { type Phone, parsePhone } from '../../lib/e164.ts'
import { lineTypes } from '../../lib/line-type.ts'
import { countryOf } from '../../lib/numbering.ts'
import { invalidParameter, TwilioError } from '../../model/twilio-error.ts'
import type { LookupOverrideRow } from '../../store/lookup-overrides.ts'
import {
  changeLookupOverride,
  createLookupOverride,
  type OverrideChange,
  readLookupOverride,
  removeLookupOverride,
} from '../../verify/lookup-overrides.ts'
import { type LookupField, lookupFields, packageParameters, queryName } from '../../verify/lookup-packages.ts'
import { type LookupAnswer, type LookupQuery, lookUpPhone } from '../../verify/lookup-phone.ts'
import { found, missing } from './answers.ts'
import { baseOf, param, type TwilioDoor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { jsonForm, snakeCase } from './json.ts'

const overrides = '/PhoneNumbers/:phone/Overrides/:field'

/** Lookup v2. */
export function registerLookups(scope: FastifyInstance, door: TwilioDoor): void {
  const { accountSid } = door
  scope.get('/PhoneNumbers/:phone', async (request) => {
    const query = queryOf(param(request, 'phone'), formOf(request.query))
    const answer = await lookUpPhone(door, accountSid, query)
    const body = lookupBody(answer)
    return { ...body, url: `${baseOf(request, door)}/v2/PhoneNumbers/${inPath(body.phone_number)}` }
  })
  scope.post('/batch/query', async (request) => {
    const asked = batchOf(request.body)
    const answers = await Promise.all(asked.map(({ query }) => lookUpPhone(door, accountSid, query)))
    const bodies = asked.map(({ correlationId }, i) => ({
      correlation_id: correlationId ?? null,
      twilio_error_code: null,
      ...lookupBody(answers[i] as LookupAnswer),
    }))
    return { phone_numbers: bodies }
  })

  scope.post(overrides, async (request, reply) => {
    const phone = overriddenPhone(request)
    return reply
      .code(201)
      .send(overrideBody(await createLookupOverride(door, accountSid, phone, changeOf(request)), phone))
  })
  scope.get(overrides, async (request) => {
    const phone = overriddenPhone(request)
    return overrideBody(found(request, await readLookupOverride(door, accountSid, phone)), phone)
  })
  scope.put(overrides, async (request) => {
    const phone = overriddenPhone(request)
    const changed = await changeLookupOverride(door, accountSid, phone, changeOf(request))
    return overrideBody(found(request, changed), phone)
  })
  scope.delete(overrides, async (request, reply) => {
    found(request, (await removeLookupOverride(door, accountSid, overriddenPhone(request))) || undefined)
    return reply.code(204).send()
  })

  // Lookups are not limited here, and a limit that nobody keeps must not be taken.
  const limit = '/RateLimits/Fields/:field/Bucket/:bucket'
  scope.get('/RateLimits', async () => ({ rate_limits: [] }))
  scope.put(limit, async () => {
    throw new TwilioError(60200, 'Invalid parameter: lookups have no rate limits here')
  })
  scope.route({
    method: ['GET', 'DELETE'],
    url: limit,
    async handler(request) {
      throw missing(request)
    },
  })
}

const parameterMax = 256

/** A lookup as its query asks for it. Throws 60200 for a package or a country that there is not. */
function queryOf(number: string, form: Form): LookupQuery {
  const names =
    form
      .text('Fields')
      ?.split(',')
      .map((one) => one.trim()) ?? []
  const fields = fieldsOf(names.filter(Boolean), 'Fields')
  const parameters = parametersOf(fields, (_field, name) => form.text(queryName(name), parameterMax))
  return { number, country: country(form, 'CountryCode'), fields, parameters }
}

const batchMax = 100

/** The lookups of a batch, one to a hundred. */
function batchOf(body: unknown): { correlationId: string | undefined; query: LookupQuery }[] {
  const { phone_numbers, phoneNumbers } = (body ?? {}) as Record<string, unknown>
  const list = phone_numbers ?? phoneNumbers
  if (!Array.isArray(list) || list.length === 0 || list.length > batchMax) throw invalidParameter('phone_numbers')
  return list.map((one: unknown) => {
    const form = jsonForm(one, Object.keys(packageParameters), snakeCase)
    const fields = fieldsOf(form.list('fields') ?? [], 'fields')
    const parameters = parametersOf(fields, (field, name) => form.text(`${field}.${name}`, parameterMax))
    const number = form.required('phone_number', 100)
    const query = { number, country: country(form, 'country_code'), fields, parameters }
    return { correlationId: form.text('correlation_id', 100), query }
  })
}

function fieldsOf(names: readonly string[], parameter: string): LookupField[] {
  return names.map((name) => {
    const field = lookupFields.find((one) => one === name)
    if (!field) throw invalidParameter(parameter)
    return field
  })
}

/** What was given of what the packages want to know; no more of it goes anywhere. */
function parametersOf(
  fields: readonly LookupField[],
  read: (field: LookupField, name: string) => string | undefined,
): Record<string, string> {
  const wanted = fields.flatMap((field) => packageParameters[field]?.map((name) => [name, read(field, name)]) ?? [])
  return Object.fromEntries(wanted.filter(([, value]) => value !== undefined))
}

function country(form: Form, name: string): CountryCode | undefined {
  const text = form.text(name)
  if (text === undefined) return undefined
  const known = countryOf(text)
  if (!known) throw invalidParameter(name)
  return known
}

/** The number in the path of an override, in E.164; of the packages one can be overridden. Throws 60200 for others. */
function overriddenPhone(request: FastifyRequest): Phone {
  const phone = parsePhone(param(request, 'phone'))
  if (!phone) throw invalidParameter('PhoneNumber')
  if (param(request, 'field') !== 'line_type_intelligence') throw invalidParameter('Field')
  return phone
}

function changeOf(request: FastifyRequest): OverrideChange {
  const form = jsonForm(request.body, [], snakeCase)
  const lineType = form.choice('line_type', lineTypes)
  if (!lineType) throw invalidParameter('line_type')
  return { lineType, reason: form.text('reason', 1000) ?? '' }
}

function lookupBody({ reading, packages }: LookupAnswer) {
  return reading.valid
    ? {
        calling_country_code: reading.callingCode,
        country_code: reading.phone.country ?? null,
        phone_number: reading.phone.e164,
        national_format: reading.nationalFormat,
        valid: true,
        validation_errors: [],
        ...packages,
      }
    : {
        calling_country_code: null,
        country_code: null,
        phone_number: reading.number,
        national_format: null,
        valid: false,
        validation_errors: [reading.fault],
        ...packages,
      }
}

function overrideBody(o: LookupOverrideRow, { e164 }: Phone) {
  return {
    phone_number: e164,
    original_line_type: o.original_line_type,
    overridden_line_type: o.line_type,
    override_reason: o.reason,
    override_timestamp: isoSeconds(o.updated_at),
    overridden_by_account_sid: o.account_sid,
  }
}

/** A number in the path of an address, with its plus sign as Twilio writes it. */
function inPath(number: string): string {
  return encodeURIComponent(number).replaceAll('%2B', '+')
}
