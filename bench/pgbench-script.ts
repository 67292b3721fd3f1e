import type { Captured } from './capture-statements.ts'

/**
 * The script with which pgbench runs the same statements. What differed between two pairs (ids, digests, sealed bytes)
 * becomes a variable, drawn anew for each run; what was the same stays as it was, and so do instants.
 */
export function scriptOf([first, second]: readonly [Captured[], Captured[]]): string {
  if (first.map(({ text }) => text).join() !== second.map(({ text }) => text).join()) {
    throw new Error('two pairs ran different statements: something else used the store meanwhile')
  }
  const names = new Map<unknown, string>()
  const statements = first.map(({ text, values }, row) => {
    const marks = values.map((value, column) => {
      const other = second[row]?.values[column]
      if (typeof value !== 'string' || value === other) return literal(value)
      const name = names.get(value) ?? `v${names.size + 1}`
      names.set(value, name)
      return `:${name}`
    })
    const filled = text.replace(/\$(\d+)/g, (_mark, number) => marks[Number(number) - 1] ?? 'null')
    return `${filled.trim()};`
  })
  const draws = [...names.values()].map((name) => `\\set ${name} random(1000000000000000000, 9000000000000000000)`)
  return `${[...draws, ...statements].join('\n')}\n`
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return String(value)
  // pgbench takes a colon for a variable even inside of quotes.
  const escaped = String(value).replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\x3a')
  return `e'${escaped}'`
}
