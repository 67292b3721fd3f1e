import { TwilioError } from '../../model/twilio-error.ts'

/** The parameters of one request. An empty one counts as absent; one that came twice is refused, never picked from (GitLab CVE-2023-7028). */
export interface Form {
  text(name: string): string | undefined
  required(name: string): string
  flag(name: string): boolean | undefined
  integer(name: string, min: number, max: number): number | undefined
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined
}

export function formOf(body: unknown): Form {
  const values = (body !== null && typeof body === 'object' ? body : {}) as Record<string, unknown>

  function text(name: string): string | undefined {
    if (!Object.hasOwn(values, name)) return undefined
    const value = values[name]
    if (typeof value !== 'string' || value.includes('\u0000')) throw invalid(name)
    return value === '' ? undefined : value
  }

  return {
    text,
    required(name) {
      const value = text(name)
      if (value === undefined) throw invalid(name)
      return value
    },
    flag(name) {
      const value = text(name)?.toLowerCase()
      if (value === undefined) return undefined
      if (value !== 'true' && value !== 'false') throw invalid(name)
      return value === 'true'
    },
    integer(name, min, max) {
      const value = text(name)
      if (value === undefined) return undefined
      if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) throw invalid(name)
      return Number(value)
    },
    choice(name, allowed) {
      const value = text(name)
      if (value === undefined) return undefined
      const known = allowed.find((one) => one === value)
      if (!known) throw invalid(name)
      return known
    },
  }
}

export function invalid(name: string): TwilioError {
  return new TwilioError(60200, `Invalid parameter: ${name}`)
}
