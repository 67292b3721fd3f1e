import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configurationDoc } from '../src/configuration-doc.ts'
import { errorCodes } from '../src/model/error.ts'

const read = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

describe('the documentation', () => {
  it('explains every error code with its status, and no other', () => {
    const rows = [...read('errors.md').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ])
    expect(Object.fromEntries(rows)).toEqual(errorCodes)
    expect(rows).toHaveLength(Object.keys(errorCodes).length)
  })

  it('has the configuration page that the table of settings makes (npm run docs)', () => {
    expect(read('configuration.md')).toBe(configurationDoc())
  })
})
