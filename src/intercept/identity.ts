import type { Clock } from '../lib/clock.ts'
import { openAuthority } from './authority.ts'
import { certifyLeaf, dayMs } from './certificates.ts'

// Half of a leaf's life, so that a proxy which runs for weeks never shows one that has ended.
const freshDays = 15

/** What the proxy shows to programs: a key that is on no disk, and its certificate (PEM). */
export interface Identity {
  key: string
  cert: string
}

/** Gives the identity of this process. It is made at the first call, and again when half of its thirty days are over. */
export function createIdentity(deps: { dataDir: string; clock: Clock }): () => Promise<Identity> {
  let current: Promise<Identity & { endsAt: number }> | undefined
  let freshUntil = 0

  async function make() {
    const { key } = await openAuthority(deps)
    return certifyLeaf(key, deps.clock.now())
  }

  return () => {
    const now = deps.clock.now()
    if (current && now < freshUntil) return current
    freshUntil = now + freshDays * dayMs
    const made = make()
    made.catch(() => {
      if (current === made) current = undefined
    })
    current = made
    return made
  }
}
