import { lacks, proofs } from './operations.ts'
import { operations } from './spec.ts'

const begin = '<!-- operations, made by `npm run docs` from test/contract/operations.ts -->'
const end = '<!-- end of operations -->'

/** The text of docs/twilio-compat.md with its table of operations made anew. Throws where the marks of the table are missing. */
export function compatDoc(page: string): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/twilio-compat.md lacks ${begin} or ${end}`)
  return `${before}${begin}\n${table()}\n${end}${after}`
}

function table(): string {
  const rows = operations.map(({ id, method, path }) => {
    const scenario = proofs[id] ?? 'none'
    return `| ${id} | \`${method} ${path}\` | ${lacks[id] ?? 'whole'} | [${scenario}](../test/contract/drive/${scenario}.ts) |`
  })
  return ['| operation | request | status | scenario that proves it |', '|---|---|---|---|', ...rows].join('\n')
}
