import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { type Operation, type Product, resolve, type Schema } from './spec.ts'

/** An answer of the Twilio door as it came over the wire. */
export interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes
  body: any
}

/**
 * In what an answer departs from Twilio's file: its status, its media type, members that are missing, unknown or ill, dates, addresses,
 * and for a refusal the shape of Twilio's errors. Empty when it does not. `base` is what every address begins with.
 */
export function violationsOf(operation: Operation, answer: Answer, base: string): string[] {
  const name = `${operation.id} ${answer.status}`
  return [...always(answer), ...body(operation, answer, base)].map((fault) => `${name}: ${fault}`)
}

/** What holds for a refusal of any request, of known or unknown operations. */
export function refusalViolations(answer: Answer): string[] {
  const { body } = answer
  if (body === null || typeof body !== 'object') return ['a refusal without a JSON object']
  const faults = always(answer)
  const { code, message, more_info, status, details, ...others } = body
  if (!Number.isInteger(code)) faults.push(`code is ${JSON.stringify(code)}`)
  if (typeof message !== 'string' || message === '') faults.push('no message')
  if (more_info !== `https://www.twilio.com/docs/errors/${code}`) faults.push(`more_info is ${more_info}`)
  if (status !== answer.status) faults.push(`status in the body is ${status}`)
  if (details !== undefined && (typeof details !== 'object' || details === null)) faults.push('details is no object')
  for (const member of Object.keys(others)) faults.push(`a refusal has no member ${member}`)
  return faults
}

function always({ status, headers, text }: Answer): string[] {
  const faults: string[] = []
  if (!/^RQ[0-9a-f]{32}$/.test(String(headers['twilio-request-id']))) faults.push('no Twilio-Request-Id')
  if (status === 204) {
    if (text !== '') faults.push('a 204 with a body')
  } else if (!/^application\/json\b/.test(String(headers['content-type']))) {
    faults.push(`Content-Type is ${headers['content-type']}`)
  }
  return faults
}

function body(operation: Operation, answer: Answer, base: string): string[] {
  const documented = operation.responses[answer.status]
  if (answer.status >= 400) {
    return answer.status < 500 ? refusalViolations(answer) : [`failed: ${answer.text.slice(0, 200)}`]
  }
  if (!documented) return [`the file has only ${Object.keys(operation.responses)}`]
  const schema = documented.content?.['application/json']?.schema
  if (!schema) return []
  const validate = validatorOf(operation.product, schema)
  const faults = validate(answer.body)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
      )
  return [...faults, ...wordViolations(answer.body, base)]
}

const validators = new Map<Schema, ValidateFunction>()

function validatorOf(product: Product, schema: Schema): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  const ajv = new Ajv({ allErrors: true, strict: false })
  formats.default(ajv)
  // Twilio's own names: a telephone number or whatever was looked up, and objects of addresses, which wordViolations reads.
  for (const format of ['phone-number', 'uri-map', 'int32', 'float']) ajv.addFormat(format, true)
  const made = ajv.compile(strict(product, schema))
  validators.set(schema, made)
  return made
}

/**
 * JSON schema of an OpenAPI schema, in which every documented member has to be there and no other may be. Null is allowed where the
 * file says so, for members without a type, and in all that Lookup answers: its file never says nullable, its examples are full of it.
 */
function strict(product: Product, schema: Schema): object {
  const { nullable = false, properties, items, required: _required, ...rest } = resolve(product, schema)
  const made: Record<string, unknown> = { ...rest }
  if (properties) {
    made.properties = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, strict(product, inner)]),
    )
    made.required = Object.keys(properties)
    made.additionalProperties = false
  }
  if (items) made.items = strict(product, items)
  const open = rest.type === undefined && rest.enum === undefined && !properties
  if (open) return {}
  return nullable || product === 'lookups' ? { anyOf: [made, { type: 'null' }] } : made
}

/** Dates to the second, and addresses that are absolute and ours, wherever they stand. Texts of templates keep their own dates. */
function wordViolations(value: unknown, base: string, path = '', ours = false): string[] {
  if (value === null || typeof value !== 'object') {
    const key = path.split('/').at(-1) ?? ''
    if (value === null || typeof value !== 'string') return []
    if (/^(date_|expiration_date)/.test(key) && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) {
      return [`${path} is ${value}, not to the second`]
    }
    const address = ours || (/(^|_)url$/.test(key) && key !== 'webhook_url' && !path.includes('/sna/'))
    return address && !value.startsWith(`${base}/v2/`) ? [`${path} is ${value}, not ours`] : []
  }
  return Object.entries(value)
    .filter(([key]) => key !== 'translations' && key !== 'hidden_details' && key !== 'metadata')
    .flatMap(([key, inner]) => wordViolations(inner, base, `${path}/${key}`, ours || key === 'links'))
}
