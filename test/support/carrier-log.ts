/** A log that keeps what it was told, to see that nothing secret is in it. */
export function carrierLog() {
  const lines: string[] = []
  return { lines, warn: (details: object, message: string) => void lines.push(JSON.stringify({ ...details, message })) }
}
