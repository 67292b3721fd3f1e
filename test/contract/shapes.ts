/** Objects whose keys are data: what a caller put there, or what a number happened to have. */
const maps = new Set(['metadata', 'hidden_details', 'translations', 'lookup'])

/**
 * The member paths of the example that the answer does not have, or has with another JSON type. Null matches every type, on either side.
 * A list of the example is matched when each of its elements is matched by one of ours. `except` are paths that are not looked at.
 */
export function shapeFaults(example: unknown, ours: unknown, except: readonly string[] = [], path = ''): string[] {
  if (except.includes(path) || example === null || ours === null) return []
  const [wanted, got] = [typeOf(example), typeOf(ours)]
  if (wanted !== got) return [`${path || 'the body'} is ${got}, not ${wanted}`]
  if (Array.isArray(example)) {
    return example.flatMap((element) => {
      const tries = (ours as unknown[]).map((one) => shapeFaults(element, one, except, `${path}[]`))
      tries.sort((a, b) => a.length - b.length)
      return tries[0] ?? [`${path} has no element`]
    })
  }
  if (wanted !== 'object') return []
  const key = path.split('.').at(-1) ?? ''
  return Object.entries(example as object).flatMap(([name, inner]) => {
    const place = path === '' ? name : `${path}.${name}`
    if (Object.hasOwn(ours as object, name)) {
      return shapeFaults(inner, (ours as Record<string, unknown>)[name], except, place)
    }
    return maps.has(key) || except.includes(place) ? [] : [`${place} is missing`]
  })
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value
}
