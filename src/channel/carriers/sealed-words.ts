import { openBytes, SealBroken, sealBytes } from '../../lib/aead.ts'
import type { Instant } from '../../lib/clock.ts'
import { frame } from '../../lib/frame.ts'
import { type KeyRing, UnknownKey } from '../../lib/keyring.ts'
import type { Random } from '../../lib/random.ts'
import { type Locale, locales } from '../../model/locale.ts'

/** What a call says once a key is pressed. */
export interface SpokenWords {
  words: string
  locale: Locale
}

/** Seals the words of a call for the address that Twilio fetches them from: readable to nobody on the way, and worthless after `until`. */
export function sealWords(
  keys: KeyRing,
  random: Random,
  spoken: SpokenWords,
  messageId: string,
  until: Instant,
): string {
  const { activeId } = keys
  const key = keys.key(activeId, 'spoken-words')
  const sealed = sealBytes(key, Buffer.from(JSON.stringify(spoken)), contextOf(activeId, messageId, until), random)
  return [activeId, String(until), sealed].join('.')
}

/** The words that were sealed for this message; undefined when the text was altered, is of another message, or its time is over. */
export function openWords(keys: KeyRing, text: string, messageId: string, at: Instant): SpokenWords | undefined {
  const [keyId = '', until = '', sealed = ''] = text.split('.')
  if (!/^\d{1,15}$/.test(until) || Number(until) <= at) return undefined
  try {
    const opened = openBytes(keys.key(keyId, 'spoken-words'), sealed, contextOf(keyId, messageId, Number(until)))
    return JSON.parse(opened.toString())
  } catch (error) {
    if (error instanceof SealBroken || error instanceof UnknownKey) return undefined
    throw error
  }
}

/** The language of a call whose words cannot be opened any more. */
export function localeOf(text: unknown): Locale {
  return locales.find((locale) => locale === text) ?? 'pt-BR'
}

function contextOf(keyId: string, messageId: string, until: Instant): Buffer {
  return frame('aval/spoken/v1', keyId, messageId, until)
}
