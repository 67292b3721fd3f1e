import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Platform, registerPlatform } from '../sympla/platform.ts'
import type { Aval } from './aval.ts'
import { openStore } from './store/open.ts'

/**
 * Puts the sample platform at `/` of the same server. It stays a customer: it has a store and a key of its own,
 * and reaches Aval through the API alone.
 */
export function mountPlatform(aval: Aval): Platform {
  const { config, credentials, log } = aval
  const db = openStore(
    config.AVAL_DATABASE_URL
      ? { url: config.AVAL_DATABASE_URL.reveal() }
      : { file: join(config.dataDir, 'platform.db') },
    (err) => log.warn({ err }, 'an idle connection to the platform’s store broke'),
  )
  const platform = registerPlatform(aval.app, {
    avalUrl: `http://127.0.0.1:${config.PORT}`,
    publicUrl: config.publicUrl,
    apiKey: credentials.apiKey,
    db,
    key: platformKey(join(config.dataDir, 'platform.key')),
    clock: aval.clock,
    local: config.mode === 'local',
    assetUrl: aval.assetUrl,
    log,
  })
  return {
    ...platform,
    async close() {
      await platform.close()
      await db.close()
    },
  }
}

function platformKey(file: string): Uint8Array {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' })
  return readFileSync(file)
}
