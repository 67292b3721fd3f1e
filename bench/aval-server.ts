import type { AddressInfo } from 'node:net'
import { createAval, readConfig } from '../src/index.ts'
import { carrierFor } from './carrier.ts'
import { createCodeWriter, reportReady } from './serve.ts'

/** The real server with its settings from the environment; only the messages go to the load generator. */
export async function serveAval(): Promise<void> {
  const writeCode = createCodeWriter()
  const config = readConfig()
  const aval = await createAval(config, {
    carrier: carrierFor(writeCode),
  })
  await aval.app.listen({ port: 0, host: '127.0.0.1' })
  reportReady((aval.app.server.address() as AddressInfo).port)
}
