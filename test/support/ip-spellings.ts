/** The plain text of an address of four or sixteen bytes. */
export function textOf(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : groupsOf(bytes).join(':')
}

/** Other texts that mean the same address. */
export function spellingsOf(bytes: Uint8Array): string[] {
  if (bytes.length === 16) {
    const groups = groupsOf(bytes)
    const padded = groups.map((group) => group.padStart(4, '0'))
    return [
      padded.join(':'),
      padded.join(':').toUpperCase(),
      `${groups.join(':')}%eth0`,
      `${groups.slice(0, 6).join(':')}:${bytes.slice(12).join('.')}`,
      groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::'),
    ]
  }
  const hex = Buffer.from(bytes).toString('hex')
  const value = Number.parseInt(hex, 16)
  return [
    `::ffff:${bytes.join('.')}`,
    `::FFFF:${hex.slice(0, 4)}:${hex.slice(4)}`,
    `0000:0:0:0:0:ffff:${bytes.join('.')}`,
    `::ffff:${bytes.join('.')}%1`,
    `0x${hex}`,
    [...bytes].map((byte) => `0x${byte.toString(16)}`).join('.'),
    [...bytes].map((byte) => (byte < 8 ? `00${byte}` : `${byte}`)).join('.'),
    ...(value > 9 ? [`${value}`] : []),
    ...(bytes[0] === 0 ? [] : [`::${bytes.join('.')}`, `::${hex.slice(0, 4)}:${hex.slice(4)}`]),
  ]
}

function groupsOf(bytes: Uint8Array): string[] {
  return Array.from({ length: 8 }, (_, at) =>
    (((bytes[at * 2] as number) << 8) | (bytes[at * 2 + 1] as number)).toString(16),
  )
}
