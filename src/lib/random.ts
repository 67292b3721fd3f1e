import { randomBytes } from 'node:crypto'

/** Random bytes from the operating system's CSPRNG. Tests may pass a source of their own. */
export interface Random {
  bytes(count: number): Buffer
}

// One call to the kernel for many small draws: randomBytes(16) costs more than the statement that stores the result.
const poolSize = 4096

/** The CSPRNG of node:crypto, drawn in blocks; every byte is handed out once and wiped from the block. */
export function systemRandom(): Random {
  let pool = Buffer.alloc(0)
  let used = 0
  return {
    bytes(count) {
      if (count > poolSize) return randomBytes(count)
      if (used + count > pool.length) {
        pool = randomBytes(poolSize)
        used = 0
      }
      const drawn = Buffer.from(pool.subarray(used, used + count))
      pool.fill(0, used, used + count)
      used += count
      return drawn
    },
  }
}
