#!/usr/bin/env node
import { sep } from 'node:path'
import { parseArgs } from 'node:util'
import { version } from '../package.json'
import { GuardUsageError, guardUsage, runGuard } from './cli-guard.ts'
import { runSimulate, simulateUsage } from './cli-simulate.ts'
import { ConfigError } from './config.ts'
import { BrokenAuthority } from './intercept/authority.ts'
import { howToUse } from './intercept/how-to-use.ts'
import { type Interceptor, PortOfAval, RefusedInProduction, startInterceptor } from './intercept/start.ts'

const usage = `Usage: aval intercept [--json] [--port N]
       aval simulate [--seeds LIST] [--campaigns LIST] [--policies aval|all] [--out FOLDER]
       aval guard export --from TIME [--until TIME]
       aval guard replay --trace FILE [--rules FILE] [--policy FILE] [--json]

  intercept   A proxy through which programs that use an official Twilio SDK reach the local Aval, unchanged.
              It reads the settings of the server (PORT, AVAL_DATA_DIR, ...), and runs until it is stopped.
    --json      print one line of JSON, {"proxy": "http://127.0.0.1:...", "ca": "/..."}, instead of how to use it
    --port N    listen on this port of 127.0.0.1; 0, the default, takes a free one
${guardUsage}
${simulateUsage}

  --help, -h     this text
  --version, -v  the version

Exit codes: 0 done or stopped, 1 it failed, 2 the command is wrong, 3 the settings are wrong or are those of production.`

const npxPollMs = 250

/** What is wrong with the command line, for whoever typed it. */
class UsageError extends Error {}

async function main(): Promise<void> {
  if (process.argv[2] === 'simulate' && !process.argv.includes('--help')) return runSimulate(process.argv.slice(3))
  if (process.argv[2] === 'guard' && !process.argv.includes('--help')) return runGuard(process.argv.slice(3))
  const { values, positionals } = readArguments()
  if (values.help) return console.log(usage)
  if (values.version) return console.log(version)
  const [command, ...rest] = positionals
  if (command === undefined) throw new UsageError('a command is missing')
  if (command !== 'intercept') throw new UsageError(`there is no command "${command}"`)
  if (rest.length > 0) throw new UsageError(`intercept takes no "${rest.join(' ')}"`)
  announce(await intercept(portOf(values.port)), values.json)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`--port ${text} is no port: give 0 to 65535`)
  return port
}

async function intercept(port: number): Promise<Interceptor> {
  let interceptor: Interceptor | undefined
  const stop = async () => {
    await interceptor?.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  endWithNpx(stop)
  interceptor = await startInterceptor(port)
  return interceptor
}

/** npx runs this below a shell that hands no signal on: what ends npx would leave the proxy behind, listening. */
function endWithNpx(stop: () => void): void {
  const parent = process.ppid
  if (!process.argv[1]?.includes(`${sep}_npx${sep}`)) return
  setInterval(() => process.ppid !== parent && stop(), npxPollMs).unref()
}

function announce({ proxy, ca, avalUrl, made }: Interceptor, json: boolean): void {
  if (made.length > 0) {
    const lines = made.map(([name, value]) => `    ${name.padEnd(14)}${value}`)
    console.error(['  Made for Aval, kept in the data dir, and printed this once:', ...lines].join('\n'))
  }
  console.log(json ? JSON.stringify({ proxy, ca }) : howToUse({ proxy, ca, avalUrl }))
}

main().catch((error: unknown) => {
  if (error instanceof UsageError || error instanceof GuardUsageError) {
    console.error(`aval: ${error.message}\n\n${usage}`)
    process.exit(2)
  }
  const settings = error instanceof ConfigError || error instanceof RefusedInProduction
  const known =
    settings ||
    error instanceof PortOfAval ||
    error instanceof BrokenAuthority ||
    (error as { code?: string }).code === 'EADDRINUSE'
  console.error(known ? (error as Error).message : error)
  process.exit(settings ? 3 : error instanceof PortOfAval ? 2 : 1)
})
