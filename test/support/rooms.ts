import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** A source file: its path from the project's folder, and its text. */
export interface Source {
  path: string
  text: string
}

// Higher number, higher step. Imports go down only; rooms on one step do not know each other.
const steps: Record<string, number> = { http: 6, gate: 5, verify: 4, guard: 3, channel: 3, store: 2, model: 1, lib: 0 }

// What stands above the rooms, and who may import it.
const aboveRooms: Record<string, readonly string[]> = {
  'src/main.ts': [],
  'src/aval.ts': ['src/main.ts', 'src/index.ts', 'src/announce.ts', 'src/mount-platform.ts'],
  'src/announce.ts': ['src/main.ts'],
  'src/mount-platform.ts': ['src/main.ts'],
  'src/local-clock.ts': ['src/aval.ts'],
  'src/index.ts': [],
  'src/cli.ts': [],
  'src/cli-guard.ts': ['src/cli.ts', 'src/cli-simulate.ts'],
  'src/cli-simulate.ts': ['src/cli.ts'],
  'src/config.ts': [
    'src/main.ts',
    'src/aval.ts',
    'src/index.ts',
    'src/credentials.ts',
    'src/cli.ts',
    'src/cli-guard.ts',
    'src/intercept/start.ts',
  ],
  'src/credentials.ts': ['src/main.ts', 'src/aval.ts', 'src/cli-guard.ts', 'src/intercept/start.ts'],
  'src/config-carriers.ts': ['src/config.ts'],
  'src/settings.ts': ['src/config.ts', 'src/config-carriers.ts', 'src/configuration-doc.ts'],
}

const doors = ['twilio', 'gate', 'hooks', 'pages']

/** What one file may not do, a sentence each; empty when it keeps to the stairs. */
export function faultsOf({ path, text }: Source): string[] {
  const code = withoutComments(text)
  const imports = importsOf(code).map((name) => checkImport(path, name))
  return [...imports, ...checkWords(path, code)]
    .filter((fault) => fault !== undefined)
    .map((fault) => `${path}: ${fault}`)
}

/** All sources below these folders. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
  )
}

/** Names that a text imports or re-exports, statically or not. An import whose name is computed is given as `(computed)`. */
export function importsOf(code: string): string[] {
  const fixed = code.matchAll(/(?:^|[;\n}])\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"\n]+)\1/g)
  const dynamic = code.matchAll(/\b(?:import|require(?:\.resolve)?)\s*\(\s*(?:(['"`])([^'"`$\n]+)\1\s*[,)])?/g)
  return [...fixed, ...dynamic].map((match) => match[2] ?? '(computed)')
}

function checkImport(from: string, name: string): string | undefined {
  if (name === '(computed)') return 'imports a name that is computed, which cannot be checked'
  const area = from.split('/')[0]
  if (!name.startsWith('.')) {
    return area === 'web' && !isTest(from) ? `the browser's code imports the package ${name}` : undefined
  }
  const to = normalize(join(dirname(from), name))
  if (isTest(from) && to.startsWith('test/support/')) return undefined
  if (area === 'web') return to.startsWith('web/') ? undefined : `web imports ${to}`
  if (area === 'sympla') {
    return to.startsWith('sympla/') || to === 'src/index.ts'
      ? undefined
      : `the platform imports ${to}, not Aval's front door`
  }
  return checkStairs(from, to)
}

function checkStairs(from: string, to: string): string | undefined {
  const fromRoom = roomOf(from)
  const toRoom = roomOf(to)
  if (isIntercept(from) || isIntercept(to)) return checkIntercept(from, to)
  if (isSimulation(to) && !isSimulation(from) && !isTest(from))
    return from === 'src/cli-simulate.ts' ? undefined : `${to} is for src/cli-simulate.ts alone`
  if (fromRoom === undefined) {
    const welcome = aboveRooms[to]
    if (welcome && !isTest(from) && !welcome.includes(from)) return `${to} is not for ${from}`
    if (to.startsWith('web/')) return `imports the browser's ${to}`
    return undefined
  }
  if (toRoom === undefined) return `a room imports ${to}, which is above or outside of the rooms`
  if (fromRoom === toRoom) return toRoom === 'http' ? checkDoors(from, to) : undefined
  const up = (steps[toRoom] ?? 0) - (steps[fromRoom] ?? 0)
  if (up > 0) return `${fromRoom} imports upwards from ${toRoom} (${to})`
  return up === 0 ? `${fromRoom} imports sideways from ${toRoom} (${to})` : undefined
}

/** The interceptor is a program of its own beside the server: the command line knows it, and it knows settings, keys and lib. */
function checkIntercept(from: string, to: string): string | undefined {
  if (!isIntercept(from)) return from === 'src/cli.ts' ? undefined : `${to} is for src/cli.ts alone`
  const below = isIntercept(to) || to.startsWith('src/lib/') || aboveRooms[to]?.includes(from)
  return below ? undefined : `the interceptor imports ${to}`
}

/** The doors share what stands directly in http/; one door does not know another. */
function checkDoors(from: string, to: string): string | undefined {
  const fromDoor = doorOf(from)
  const toDoor = doorOf(to)
  if (fromDoor === undefined || toDoor === undefined || fromDoor === toDoor) return undefined
  return `the ${fromDoor} door imports sideways from the ${toDoor} door (${to})`
}

function checkWords(path: string, code: string): (string | undefined)[] {
  const server = /^(src|sympla)\//.test(path) && !isTest(path)
  return [
    /\bas\s+any\b/.test(code) ? 'casts to any' : undefined,
    server && path !== 'src/config.ts' && /\bprocess\s*\.\s*env\b|\bimport\.meta\.env\b/.test(code)
      ? 'reads the environment, which only src/config.ts may'
      : undefined,
    server && path !== 'src/lib/clock.ts' && /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bMath\s*\.\s*random\b/.test(code)
      ? 'takes time or chance from the machine, which comes in through deps'
      : undefined,
  ]
}

function roomOf(path: string): string | undefined {
  const [area, room] = path.split('/')
  return area === 'src' && room !== undefined && Object.hasOwn(steps, room) ? room : undefined
}

function doorOf(path: string): string | undefined {
  const door = path.split('/')[2]
  return door !== undefined && doors.includes(door) ? door : undefined
}

function isSimulation(path: string): boolean {
  return path.startsWith('src/simulate/')
}

function isIntercept(path: string): boolean {
  return path.startsWith('src/intercept/')
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}

/** The text with its comments blanked. Strings are left as they are, also those that hold what looks like a comment. */
function withoutComments(text: string): string {
  const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g
  return text.replace(tokens, (token) => (/^\/[/*]/.test(token) ? token.replace(/[^\n]/g, ' ') : token))
}
