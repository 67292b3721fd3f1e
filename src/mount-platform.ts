import { join } from 'node:path'
import { type Platform, registerPlatform } from '../sympla/platform.ts'
import type { Aval } from './aval.ts'
import { openStore } from './store/open.ts'

/**
 * Puts the sample platform at `/` of the same server. It stays a customer: it has a store of its own and a key that is used for
 * nothing else, and reaches Aval through the API alone. Its store closes with the server.
 */
export function mountPlatform(aval: Aval): Platform {
  const { config, credentials, log } = aval
  const { keys } = credentials
  const db = openStore(
    config.AVAL_DATABASE_URL
      ? { url: config.AVAL_DATABASE_URL.reveal() }
      : { file: join(config.dataDir, 'platform.db') },
    (err) => log.warn({ err }, 'an idle connection to the platform’s store broke'),
  )
  // Only when no request is under way any more: until then pages still write.
  aval.app.addHook('onClose', () => db.close())
  return registerPlatform(aval.app, {
    avalUrl: `http://${reachable(config.HOST)}:${config.PORT}`,
    publicUrl: config.publicUrl,
    apiKey: credentials.apiKey,
    db,
    key: keys.key(keys.oldestId, 'platform').export(),
    clock: aval.clock,
    local: config.mode === 'local',
    assetUrl: aval.assetUrl,
    log,
  })
}

/** How this machine reaches its own server: an address that means "all" is no destination. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
