const shownMax = 4

/**
 * Hides account-like values: of every word that holds a digit only the last four letters or digits of the whole value stay,
 * and never all of a short one. E-mail addresses keep their first letter. Dates and words without digits stay as they are.
 */
export function maskValue(value: string): string {
  const words = value.split(/(\s+)/)
  const alone = words.length === 1
  const masked = words.map((word) => (accountLike(word, alone) ? word : undefined))
  const total = masked.reduce((sum, word) => sum + (word ? countMarks(word) : 0), 0)
  let hide = total - Math.min(shownMax, Math.floor(total / 2))
  return words
    .map((word, i) => {
      if (/^[^\s@]+@[^\s@]+$/.test(word)) return `${word.slice(0, 1)}•••${word.slice(word.lastIndexOf('@'))}`
      if (masked[i] === undefined) return word
      return word.replace(/[\p{L}\p{N}]/gu, (mark) => (hide-- > 0 ? '•' : mark))
    })
    .join('')
}

function accountLike(word: string, alone: boolean): boolean {
  if (!/\p{N}/u.test(word) || word.includes('@')) return false
  if (/^\d{2}\/\d{2}\/\d{4}$|^\d{4}-\d{2}-\d{2}$|^\d{1,2}:\d{2}$/.test(word)) return false
  return alone || countMarks(word) > 2
}

function countMarks(word: string): number {
  return word.match(/[\p{L}\p{N}]/gu)?.length ?? 0
}
