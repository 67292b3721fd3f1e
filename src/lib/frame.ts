/**
 * Joins parts so that no two different lists give the same bytes: each part follows its length in four bytes.
 * What is authenticated or hashed is framed, never concatenated with separators.
 */
export function frame(...parts: (string | Uint8Array | number)[]): Buffer {
  const chunks: Buffer[] = []
  for (const part of parts) {
    const bytes =
      typeof part === 'string'
        ? Buffer.from(part, 'utf8')
        : typeof part === 'number'
          ? Buffer.from(String(part))
          : Buffer.from(part)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    chunks.push(length, bytes)
  }
  return Buffer.concat(chunks)
}
