import { type AvalConfig, ConfigError, readConfig } from '../config.ts'
import { loadCredentials } from '../credentials.ts'
import { systemClock } from '../lib/clock.ts'
import { interceptToken } from '../lib/intercept-token.ts'
import { openAuthority } from './authority.ts'
import { createIdentity } from './identity.ts'
import { type InterceptProxy, startProxy } from './proxy.ts'

/** The interceptor is for a developer's machine, and does not start in production. */
export class RefusedInProduction extends Error {
  constructor() {
    super(
      "aval intercept does not start in production: it stands in for Twilio on a developer's machine. " +
        'Production mode is what AVAL_ENV or the TWILIO_ settings ask for: unset them here to work in local mode.',
    )
    this.name = 'RefusedInProduction'
  }
}

/** The port that was asked for is the one on which Aval itself listens. */
export class PortOfAval extends Error {
  constructor(port: number) {
    super(`--port ${port} is the port of Aval itself (PORT): choose another, or leave it out for a free one`)
    this.name = 'PortOfAval'
  }
}

/** A running interceptor: what programs set as their proxy, and the file with the certificate that they are to trust. */
export interface Interceptor {
  proxy: string
  ca: string
  /** Where requests are passed on to. */
  avalUrl: string
  /** Credentials that did not exist before this start. The server will use the same, and not print them again. */
  made: [name: string, value: string][]
  close: InterceptProxy['close']
}

/** Starts the interceptor with the settings, data dir and keys of the server. Throws ConfigError or one of the refusals above. */
export async function startInterceptor(port: number): Promise<Interceptor> {
  const config = readLocalConfig()
  if (port === config.PORT) throw new PortOfAval(port)
  const { keys, made } = loadCredentials(config)
  const clock = systemClock()
  const { certificateFile } = await openAuthority({ dataDir: config.dataDir, clock })
  const avalUrl = `http://${reachable(config.HOST)}:${config.PORT}`
  const upstream = { origin: avalUrl, tokenFor: (host: string) => interceptToken(keys, host) }
  const proxy = await startProxy({ upstream, identity: createIdentity({ dataDir: config.dataDir, clock }) }, port)
  return {
    proxy: `http://127.0.0.1:${proxy.port}`,
    ca: certificateFile,
    avalUrl,
    made,
    close: proxy.close,
  }
}

function readLocalConfig(): AvalConfig {
  let config: AvalConfig
  try {
    config = readConfig()
  } catch (error) {
    // What production alone asks for is not what is wrong here.
    const production = error instanceof ConfigError && error.faults.some(({ from }) => from === 'production')
    throw production ? new RefusedInProduction() : error
  }
  if (config.mode === 'production') throw new RefusedInProduction()
  return config
}

/** The name, as an address has it, by which a server that listens on `host` is reached from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
