const form = /^P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/

/** Hours of an ISO 8601 duration such as PT72H or P3D; undefined for another text, and for months and years, which have no one length. */
export function hoursOf(duration: string): number | undefined {
  const found = form.exec(duration)
  if (!found || duration === 'P') return undefined
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0))
  return weeks * 168 + days * 24 + hours + minutes / 60 + seconds / 3600
}
