import lookups from './openapi/twilio_lookups_v2.json' with { type: 'json' }
import verify from './openapi/twilio_verify_v2.json' with { type: 'json' }

/** A schema of OpenAPI 3.0, as far as Twilio's files use it. */
export interface Schema {
  $ref?: string
  type?: string
  format?: string
  pattern?: string
  enum?: string[]
  nullable?: boolean
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
}

interface Response {
  headers?: Record<string, unknown>
  content?: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>
}

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: Schema
}

interface RawOperation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, Response>
}

interface Document {
  paths: Record<string, Record<string, unknown>>
  components: { schemas: Record<string, Schema> }
}

export type Method = 'GET' | 'POST' | 'DELETE'
export type Product = 'verify' | 'lookups'

/** One operation of Twilio's files. */
export interface Operation {
  id: string
  product: Product
  method: Method
  /** With `{Names}` in braces. */
  path: string
  query: Parameter[]
  /** What the body takes: a form, or the JSON of the passkey endpoints. */
  body: { json: boolean; properties: Record<string, Schema>; required: string[] } | undefined
  responses: Record<string, Response>
}

export const documents: Record<Product, Document> = {
  verify: verify as unknown as Document,
  lookups: lookups as unknown as Document,
}

/** Every operation of Verify v2. */
export const verifyOperations = operationsOf('verify')
/** The one operation of Lookup v2 that all SDKs have. */
export const lookupOperations = operationsOf('lookups').filter(({ id }) => id === 'FetchPhoneNumber')
export const operations = [...verifyOperations, ...lookupOperations]

/** The operation of that name. Throws for a name that stands in no file. */
export function operationOf(id: string): Operation {
  const found = operations.find((one) => one.id === id)
  if (!found) throw new Error(`Twilio's files have no operation ${id}`)
  return found
}

/** The path with its names replaced, each encoded as one segment; '+' stays, as SDKs leave it. */
export function fill(path: string, names: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = names[name]
    if (value === undefined) throw new Error(`${path} needs ${name}`)
    return encodeURIComponent(value).replaceAll('%2B', '+')
  })
}

/** The schema that a $ref leads to, or the schema itself. */
export function resolve(product: Product, schema: Schema): Schema {
  if (!schema.$ref) return schema
  const name = schema.$ref.slice('#/components/schemas/'.length)
  const found = documents[product].components.schemas[name]
  if (!found) throw new Error(`${schema.$ref} leads nowhere`)
  return found
}

/** Each example of the file: of which operation, for which status, by its name. */
export function examples(): { operation: Operation; status: number; name: string; value: unknown }[] {
  return operations.flatMap((operation) =>
    Object.entries(operation.responses).flatMap(([status, response]) =>
      Object.entries(response.content?.['application/json']?.examples ?? {}).map(([name, { value }]) => ({
        operation,
        status: Number(status),
        name,
        value,
      })),
    ),
  )
}

function operationsOf(product: Product): Operation[] {
  return Object.entries(documents[product].paths).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) => {
      const raw = item[method] as RawOperation | undefined
      if (!raw) return []
      const [type, content] = Object.entries(raw.requestBody?.content ?? {})[0] ?? []
      const schema = content && resolve(product, content.schema)
      return {
        id: raw.operationId,
        product,
        method: method.toUpperCase() as Method,
        path,
        query: (raw.parameters ?? []).filter((one) => one.in === 'query'),
        body: schema && {
          json: type === 'application/json',
          properties: schema.properties ?? {},
          required: schema.required ?? [],
        },
        responses: raw.responses,
      }
    }),
  )
}
