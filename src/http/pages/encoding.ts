/** How an answer travels. */
export type Encoding = 'br' | 'gzip' | 'plain'

/** The best encoding that the Accept-Encoding header allows. */
export function encodingFor(header: string | undefined): Encoding {
  const allowed = (header ?? '')
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]?.trim())
  if (allowed.includes('br')) return 'br'
  return allowed.includes('gzip') ? 'gzip' : 'plain'
}
