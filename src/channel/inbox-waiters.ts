/** Readers that wait for something to be there. */
export interface Waiters {
  /** Lets everybody look again. */
  wake(): void
  /** What `read` finds now or after a wake; undefined after `waitMs` of real time, or once the reader has gone. */
  until<T>(read: () => T | undefined, waitMs: number, signal?: AbortSignal): Promise<T | undefined>
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>()
  return {
    wake() {
      for (const look of waiting) look()
    },
    async until<T>(read: () => T | undefined, waitMs: number, signal?: AbortSignal) {
      const found = read()
      if (found !== undefined || waitMs <= 0 || signal?.aborted) return found
      return await new Promise<T | undefined>((resolve) => {
        const end = (value: T | undefined) => {
          clearTimeout(timer)
          waiting.delete(look)
          signal?.removeEventListener('abort', giveUp)
          resolve(value)
        }
        const look = () => {
          const value = read()
          if (value !== undefined) end(value)
        }
        const giveUp = () => end(undefined)
        const timer = setTimeout(giveUp, waitMs)
        waiting.add(look)
        signal?.addEventListener('abort', giveUp)
      })
    },
  }
}
