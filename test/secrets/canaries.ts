/** A secret that must not be found, and where it came from. */
export interface Canary {
  name: string
  value: string
}

/** The forms in which a text may be lying about: as it is, in hexadecimal, in base64 at each of its three places, percent-encoded. */
function forms({ value }: Canary): (string | RegExp)[] {
  // A short number is in every hash, and by chance in base64: only where a word begins with it, and no digits follow, is it this code.
  if (/^\d{4,8}$/.test(value)) return [new RegExp(`(?<![0-9a-z_])${value}(?![0-9a-f])`, 'i')]
  const bytes = Buffer.from(value)
  const inBase64 = [0, 1, 2].map((place) => {
    const text = Buffer.concat([Buffer.alloc(place), bytes]).toString('base64url')
    return text.slice(place === 0 ? 0 : place + 1, -2)
  })
  return [value, bytes.toString('hex'), bytes.toString('utf16le'), encodeURIComponent(value), ...inBase64]
}

/** The canaries that this text or these bytes hold. */
export function canariesIn(place: string, content: string | Buffer, canaries: readonly Canary[]): string[] {
  const text = typeof content === 'string' ? content : content.toString('latin1')
  const holds = (form: string | RegExp) => (typeof form === 'string' ? text.includes(form) : form.test(text))
  return canaries.filter((canary) => forms(canary).some(holds)).map(({ name }) => `${place} holds ${name}`)
}
