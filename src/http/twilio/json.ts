import { invalidParameter, TwilioError } from '../../model/twilio-error.ts'
import { type Form, formOf } from './form.ts'

/**
 * The members of a JSON body, read by the rules of a form: those of a group stand under dotted names (`config.user_verification`),
 * null counts as absent, and one that `spell` makes of two is refused. Throws 60200 for what is no object.
 */
export function jsonForm(body: unknown, groups: readonly string[], spell = (name: string) => name): Form {
  const members = new Map<string, unknown>()

  function gather(path: string, value: unknown): void {
    if (value === undefined || value === null) return
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw path === '' ? new TwilioError(60200, 'Invalid parameter: send a JSON object') : invalidParameter(path)
    }
    for (const [key, inner] of Object.entries(value)) {
      const name = path === '' ? spell(key) : `${path}.${spell(key)}`
      if (groups.includes(name)) gather(name, inner)
      else if (members.has(name)) throw invalidParameter(name)
      else if (inner !== null) members.set(name, inner)
    }
  }

  gather('', body)
  return formOf(Object.fromEntries(members))
}

/** Twilio's Node package writes some members as its own properties are called: friendlyName is friendly_name. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
