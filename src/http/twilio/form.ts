import { parseJson } from '../../lib/json.ts'
import { invalidParameter } from '../../model/twilio-error.ts'

/**
 * The parameters of one request, form or query. An empty one counts as absent; one that came twice where one is meant is refused,
 * never picked from (GitLab CVE-2023-7028). Every refusal is 60200 and names the parameter.
 */
export interface Form {
  text(name: string, lengthMax?: number): string | undefined
  required(name: string, lengthMax?: number): string
  flag(name: string): boolean | undefined
  integer(name: string, min: number, max: number): number | undefined
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined
  /** A repeated key, in order; undefined when there is none. */
  list(name: string): string[] | undefined
  /** A JSON object in one field. */
  object(name: string): Record<string, unknown> | undefined
  /** An instant in ISO 8601, or a date, which is its first millisecond in UTC. */
  instant(name: string): number | undefined
}

const textMax = 10_000

/** The parameters of a parsed body or query; anything but an object has none. */
export function formOf(body: unknown): Form {
  const values = (body !== null && typeof body === 'object' ? body : {}) as Record<string, unknown>

  function text(name: string, lengthMax = textMax): string | undefined {
    if (!Object.hasOwn(values, name)) return undefined
    const value = values[name]
    if (typeof value !== 'string' || !isPlain(value, lengthMax)) throw invalidParameter(name)
    return value === '' ? undefined : value
  }

  return {
    text,
    required(name, lengthMax) {
      const value = text(name, lengthMax)
      if (value === undefined) throw invalidParameter(name)
      return value
    },
    flag(name) {
      const value = text(name)?.toLowerCase()
      if (value === undefined) return undefined
      if (value !== 'true' && value !== 'false') throw invalidParameter(name)
      return value === 'true'
    },
    integer(name, min, max) {
      const value = text(name)
      if (value === undefined) return undefined
      if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) throw invalidParameter(name)
      return Number(value)
    },
    choice(name, allowed) {
      const value = text(name)
      if (value === undefined) return undefined
      const known = allowed.find((one) => one === value)
      if (!known) throw invalidParameter(name)
      return known
    },
    list(name) {
      if (!Object.hasOwn(values, name)) return undefined
      const given = Array.isArray(values[name]) ? (values[name] as unknown[]) : [values[name]]
      const texts = given.filter((one) => one !== '')
      for (const one of texts) if (typeof one !== 'string' || !isPlain(one, textMax)) throw invalidParameter(name)
      return texts.length > 0 ? (texts as string[]) : undefined
    },
    object(name) {
      const value = text(name)
      return value === undefined ? undefined : parseObject(name, value)
    },
    instant(name) {
      const value = text(name)
      if (value === undefined) return undefined
      const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value)
        ? Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes('T') ? value : `${value}Z`)
        : Number.NaN
      if (Number.isNaN(instant)) throw invalidParameter(name)
      return instant
    },
  }
}

/** No NUL, which PostgreSQL cannot keep, and no half of a character pair. */
function isPlain(value: string, lengthMax: number): boolean {
  return value.length <= lengthMax && !value.includes('\u0000') && value.isWellFormed()
}

function parseObject(name: string, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = parseJson(Buffer.from(text))
  } catch {
    throw invalidParameter(name)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalidParameter(name)
  // Escapes in JSON can hide what the form itself may not hold.
  if (!isPlain(decodeDeep(value), textMax * 2)) throw invalidParameter(name)
  return value as Record<string, unknown>
}

function decodeDeep(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return ''
  return Object.entries(value)
    .map(([key, inner]) => key + decodeDeep(inner))
    .join('')
}

/** The members that are there. */
export function given<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
