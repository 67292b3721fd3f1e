/** Control, format and bidirectional characters, line and paragraph separators: what a name cannot hold. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

/** One line of visible text in NFC: control and format characters become spaces, spaces are folded and trimmed. */
export function cleanLine(text: string): string {
  return text.replace(invisible, ' ').normalize('NFC').replace(/\s+/gu, ' ').trim()
}

// The GSM 7-bit default alphabet of 3GPP TS 23.038, less its control characters and the Greek capitals nobody needs here.
const gsm = new Set(
  '@£$¥èéùìòÇØøÅå_ÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n',
)
const spelled: Record<string, string> = {
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
  '•': '*',
  ç: 'c',
  º: 'o',
  ª: 'a',
}

/** The text in GSM-7: accents that the alphabet lacks are dropped, what has no likeness becomes "?". One septet a character. */
export function toGsm(text: string): string {
  let out = ''
  for (const char of text) {
    if (gsm.has(char)) out += char
    else if (spelled[char] !== undefined) out += spelled[char]
    else {
      const base = char.normalize('NFD').replace(/\p{M}/gu, '')
      out += [...base].every((c) => gsm.has(c)) ? base : '?'
    }
  }
  return out
}
