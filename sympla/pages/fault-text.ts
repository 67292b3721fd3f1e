import { formatTaxId } from '../brazil/cpf-cnpj.ts'
import { pixKeyTypes } from '../brazil/pix-key.ts'
import type { Fault, FaultCode } from '../model/read-payout.ts'
import type { PortalText } from '../text/catalogue.ts'
import type { PageContext } from './layout.tsx'
import type { ShownFault } from './parts.tsx'

/** What is wrong, in the reader's words. */
export function describeFault(
  { text, organizer }: Pick<PageContext, 'text' | 'organizer'>,
  { field, code, detail = '' }: Fault,
): ShownFault {
  const sentences: Record<FaultCode, (p: { detail: string }) => string> = text.faults
  const { kind } = organizer.taxId
  const words = code === 'holder_differs' ? `${text.taxId[kind]} ${formatTaxId(organizer.taxId)}` : nameOf(text, detail)
  return { field, text: sentences[code]({ detail: words }) }
}

function nameOf(text: PortalText, detail: string): string {
  const type = pixKeyTypes.find((name) => name === detail)
  return type ? text.pixTypes[type] : detail
}
