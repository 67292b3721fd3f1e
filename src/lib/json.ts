/** The text is no JSON in UTF-8, or is nested deeper than anyone needs. What it held is not repeated. */
export class InvalidJson extends Error {}

const depthMax = 64

/** Reads JSON strictly: UTF-8 only, at most 64 levels deep. Throws InvalidJson. */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new InvalidJson('the body is not JSON in UTF-8')
  }
  if (deeperThan(value, depthMax)) throw new InvalidJson(`the body is nested more than ${depthMax} levels deep`)
  return value
}

function deeperThan(value: unknown, limit: number): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one) : []))
  }
  return false
}
