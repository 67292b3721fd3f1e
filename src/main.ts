import { announce } from './announce.ts'
import { createAval } from './aval.ts'
import { ConfigError, readConfig } from './config.ts'
import { IpFileFault } from './guard/ip/ip-file-fault.ts'
import { mountPlatform } from './mount-platform.ts'
import { SchemaMismatch } from './store/migrate.ts'

const drainMs = 10_000

/** config -> createAval -> listen -> drain. */
async function main(): Promise<void> {
  const config = readConfig()
  const aval = await createAval(config)
  const platform = config.mode === 'local' ? mountPlatform(aval) : undefined
  await aval.app.listen({ port: config.PORT, host: config.HOST })
  announce(aval)

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    // Whoever still waits for a message in the inbox must not hold a restart up.
    setTimeout(() => process.exit(0), drainMs).unref()
    await platform?.close()
    await aval.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  // A wrong setting is the reader's to mend: the message is for people, a stack is not.
  const known =
    error instanceof ConfigError ||
    error instanceof SchemaMismatch ||
    error instanceof IpFileFault ||
    (error as { code?: string }).code === 'EADDRINUSE'
  console.error(known ? (error as Error).message : error)
  process.exit(error instanceof ConfigError || error instanceof IpFileFault ? 3 : 1)
})
