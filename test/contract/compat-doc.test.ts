import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import type twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSid, authToken, type Doors, openDoors, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { compatDoc } from './compat-doc.ts'
import { operations } from './spec.ts'

const file = new URL('../../docs/twilio-compat.md', import.meta.url)
const page = readFileSync(file, 'utf8')
const snippets = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code)

describe('docs/twilio-compat.md', () => {
  it('has the table that Twilio’s file and the table of proofs make (npm run docs)', () => {
    expect(page).toBe(compatDoc(page))
    const rows = [...page.matchAll(/^\| (\w+) \| `(GET|POST|DELETE) /gm)].map(([, id]) => id)
    expect(rows).toEqual(operations.map(({ id }) => id))
  })

  it('leads to files that exist', () => {
    const links = [...page.matchAll(/\]\((?!#|https?:)([^)#]+)\)/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(operations.length)
    expect(links.filter((link) => !existsSync(new URL(link, file)))).toEqual([])
  })

  it('is refused where its marks are gone', () => {
    expect(() => compatDoc('# Nothing')).toThrow('lacks')
  })
})

describeStores('the Node code in docs/twilio-compat.md', (openStore) => {
  const require = createRequire(import.meta.url)
  let doors: Doors
  let url: string
  beforeAll(async () => {
    doors = await openDoors((await openStore()).db)
    url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterAll(() => doors.close())

  const cases = ['twilio-3', 'twilio-4', 'twilio-5', 'twilio'].flatMap((name) =>
    snippets.map((code, n) => ({ name, n: n + 1, code })),
  )

  it.each(cases)('brings $name here, in its form $n', async ({ name, code }) => {
    expect(snippets).toHaveLength(2)
    const made = `(function (twilio, accountSid, authToken) { ${code.replaceAll('http://localhost:4000', url)}; return client })`
    const make = runInThisContext(made) as (...given: unknown[]) => ReturnType<typeof twilio>
    const client = make(require(name), accountSid, authToken)
    expect((await client.verify.v2.services(serviceSid).fetch()).sid).toBe(serviceSid)
    expect((await client.lookups.v2.phoneNumbers('+14159929960').fetch()).valid).toBe(true)
  })
})
