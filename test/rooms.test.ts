import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { faultsOf, importsOf, readSources } from './support/rooms.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test('imports go down the stairs only', () => {
  const sources = readSources(root, ['src', 'sympla', 'web'])
  expect(sources.length).toBeGreaterThan(50)
  expect(sources.flatMap(faultsOf)).toEqual([])
})

const forbidden: [title: string, path: string, text: string][] = [
  ['a room importing the interceptor', 'src/http/a.ts', "import { b } from '../intercept/b.ts'"],
  ['the server importing the interceptor', 'src/main.ts', "import { b } from './intercept/b.ts'"],
  ['the interceptor importing a room', 'src/intercept/a.ts', "import { b } from '../store/b.ts'"],
  ['the server importing the simulation', 'src/aval.ts', "import { b } from './simulate/b.ts'"],
  ['an upward import', 'src/store/a.ts', "import { b } from '../verify/b.ts'"],
  ['an upward import of a type', 'src/model/a.ts', "import type { B } from '../store/b.ts'"],
  ['an upward import over several lines', 'src/lib/a.ts', "import {\n  type B,\n  c,\n} from '../model/b.ts'"],
  ['an upward import for its effects', 'src/gate/a.ts', "import '../http/b.ts'"],
  ['an upward re-export', 'src/lib/a.ts', "export * from '../model/b.ts'"],
  ['an upward dynamic import', 'src/verify/a.ts', "const b = await import('../gate/b.ts')"],
  ['an upward import of a type in place', 'src/verify/a.ts', "let b: import('../gate/b.ts').B"],
  ['an import whose name is computed', 'src/lib/a.ts', 'const b = await import(room)'],
  ['an upward import behind a comment', 'src/lib/a.ts', "/* import */ import { b } from '../model/b.ts'"],
  ['an upward import in a test beside a module', 'src/lib/a.test.ts', "import { b } from '../model/b.ts'"],
  ['the guard importing a channel', 'src/guard/a.ts', "import { b } from '../channel/b.ts'"],
  ['a channel importing the guard', 'src/channel/a.ts', "import { b } from '../guard/b.ts'"],
  ['one door importing another', 'src/http/twilio/a.ts', "import { b } from '../gate/b.ts'"],
  ['a room importing the configuration', 'src/http/a.ts', "import { readConfig } from '../config.ts'"],
  ['a room importing the wiring', 'src/gate/a.ts', "import { createAval } from '../aval.ts'"],
  ['a room importing the platform', 'src/http/a.ts', "import { b } from '../../sympla/b.ts'"],
  ['the settings importing the wiring', 'src/settings.ts', "import { createAval } from './aval.ts'"],
  ['the platform importing past the front door', 'sympla/a.ts', "import { b } from '../src/gate/b.ts'"],
  ["the browser's code importing the server's", 'web/a.ts', "import { b } from '../src/lib/b.ts'"],
  ["the browser's code importing a package", 'web/a.ts', "import { z } from 'zod'"],
  ['the environment read in a room', 'src/http/a.ts', 'const port = process.env.PORT'],
  ['the time taken from the machine', 'src/gate/a.ts', 'const now = Date.now()'],
  ['the time taken from the machine by a Date', 'sympla/a.ts', 'const now = new Date()'],
  ['chance taken from the machine', 'src/verify/a.ts', 'const code = Math.random()'],
  ['a cast to any', 'src/lib/a.ts', 'const b = (c as any).d'],
]

const allowed: [title: string, path: string, text: string][] = [
  ['the command line importing the interceptor', 'src/cli.ts', "import { b } from './intercept/b.ts'"],
  ['the interceptor importing lib', 'src/intercept/a.ts', "import { b } from '../lib/b.ts'"],
  ['a downward import', 'src/http/gate/a.ts', "import { b } from '../../gate/b.ts'"],
  ['a jump over several steps', 'src/http/a.ts', "import { b } from '../lib/b.ts'"],
  ['an import in the same room', 'src/gate/a.ts', "import { b } from './b.ts'"],
  ['a door importing what the doors share', 'src/http/pages/a.tsx', "import { b } from '../errors.ts'"],
  ['the route table importing a door', 'src/http/app.ts', "import { b } from './twilio/b.ts'"],
  ['a package', 'src/lib/a.ts', "import { z } from 'zod'"],
  ['the wiring importing a room', 'src/aval.ts', "import { b } from './http/b.ts'"],
  ['the platform importing the front door', 'sympla/flow/a.ts', "import { sql } from '../../src/index.ts'"],
  ['a test importing its support', 'src/store/a.test.ts', "import { b } from '../../test/support/b.ts'"],
  ['an upward import in a comment', 'src/lib/a.ts', "// import { b } from '../model/b.ts'"],
  ['the environment read where it is read', 'src/config.ts', 'const port = process.env.PORT'],
  ['the time taken where it is taken', 'src/lib/clock.ts', 'const now = Date.now()'],
  ['a date made from an instant', 'src/lib/a.ts', 'const day = new Date(now)'],
]

describe('the check itself', () => {
  test.each(forbidden)('finds %s', (_title, path, text) => {
    expect(faultsOf({ path, text })).toHaveLength(1)
  })

  test.each(allowed)('lets %s pass', (_title, path, text) => {
    expect(faultsOf({ path, text })).toEqual([])
  })

  test('reads every form of import', () => {
    const text =
      "import a from 'a'\nimport 'b'\nexport { c } from 'c'\nimport * as d from \"d\"\nawait import('e')\nrequire('f')"
    expect(importsOf(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})
