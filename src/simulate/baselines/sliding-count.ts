/** Instants by key, of which those within a window count. Plain values, so that a state that holds them can be copied. */
export interface SlidingCount {
  windowMs: number
  byKey: Map<string, { times: number[]; first: number }>
}

export function slidingCount(windowMs: number): SlidingCount {
  return { windowMs, byKey: new Map() }
}

/** How many instants of this key are younger than the window. */
export function countOf(sliding: SlidingCount, key: string, now: number): number {
  const kept = sliding.byKey.get(key)
  if (!kept) return 0
  const { times } = kept
  const oldest = now - sliding.windowMs
  while (kept.first < times.length && (times[kept.first] as number) <= oldest) kept.first += 1
  if (kept.first > 512 && kept.first * 2 > times.length) {
    kept.times = times.slice(kept.first)
    kept.first = 0
  }
  return kept.times.length - kept.first
}

export function addTo(sliding: SlidingCount, key: string, now: number): void {
  const kept = sliding.byKey.get(key)
  if (kept) kept.times.push(now)
  else sliding.byKey.set(key, { times: [now], first: 0 })
}
