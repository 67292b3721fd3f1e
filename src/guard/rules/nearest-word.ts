const longest = 40

/**
 * The known word that is meant most likely, or undefined where none is near: at most one slip in three letters and two in all, where a slip
 * is a letter too many, too few, another one, or two that changed places. Capitals are no slip. Of equals, the one that begins alike.
 */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longest) return undefined
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestScore = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const slips = slipsBetween(wanted, candidate.toLowerCase(), slipsMax(wanted))
    if (slips === undefined) continue
    const score = slips - sharedStart(wanted, candidate.toLowerCase()) / 100
    if (score >= bestScore) continue
    best = candidate
    bestScore = score
  }
  return best
}

/** `did you mean X?`, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const nearest = nearestWord(word, known)
  return nearest === undefined || nearest === word ? undefined : `did you mean ${nearest}?`
}

function slipsMax(word: string): number {
  return word.length < 2 ? 0 : Math.max(1, Math.min(2, Math.floor(word.length / 3)))
}

function sharedStart(a: string, b: string): number {
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  return shared
}

/** Optimal string alignment distance, or undefined when it is above `max`. */
function slipsBetween(a: string, b: string, max: number): number | undefined {
  if (Math.abs(a.length - b.length) > max) return undefined
  let twoBack: number[] = []
  let back = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(at(back, j) + 1, at(row, j - 1) + 1, at(back, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(twoBack, j - 2) + 1)
      row.push(least)
    }
    twoBack = back
    back = row
  }
  const slips = at(back, b.length)
  return slips > max ? undefined : slips
}

function at(row: readonly number[], index: number): number {
  return row[index] as number
}
