import { en } from './en.ts'
import { es } from './es.ts'
import type { Locale } from './locale.ts'
import { ptBR } from './pt-br.ts'

/** Every sentence of the portal. A language that lacks one does not compile. */
export type PortalText = typeof ptBR

const catalogue: Record<Locale, PortalText> = { 'pt-BR': ptBR, en, es }

/** The portal's words in one language. */
export function textFor(locale: Locale): PortalText {
  return catalogue[locale]
}
