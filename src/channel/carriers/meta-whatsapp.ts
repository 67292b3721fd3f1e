import { z } from 'zod'
import type { Secret } from '../../lib/secret.ts'
import type { Locale } from '../../model/locale.ts'
import { type Carrier, CarrierRefusal } from '../carrier.ts'
import { metaFailure } from './meta-failures.ts'
import { postJson } from './post-json.ts'

/** A business number at Meta, and the authentication template that it sends. */
export interface MetaNumber {
  token: Secret
  phoneNumberId: string
  template: string
  /** Such as https://graph.facebook.com/v23.0 */
  baseUrl: string
}

const languages: Record<Locale, string> = { 'pt-BR': 'pt_BR', en: 'en_US', es: 'es' }
const sent = z.looseObject({
  messages: z.array(z.looseObject({ id: z.string().regex(/^[\x21-\x7e]{1,256}$/) })).min(1),
})
const refused = z.looseObject({ error: z.looseObject({ code: z.union([z.number(), z.string()]).optional() }) })

/**
 * WhatsApp messages by Meta's Cloud API: an authentication template with a copy-code button. Its words are Meta's, so payee and amount
 * stand on the page alone. Only codes go: there is no template for notices.
 */
export function createMetaWhatsapp({ token, phoneNumberId, template, baseUrl }: MetaNumber): Carrier {
  return {
    name: 'meta',
    async send({ id, to, code, locale }) {
      if (code === '') throw new CarrierRefusal('channel', 'no_template')
      const answer = await postJson(
        `${baseUrl}/${phoneNumberId}/messages`,
        { authorization: `Bearer ${token.reveal()}` },
        JSON.stringify({
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          to: to.replace(/^\+/, ''),
          type: 'template',
          biz_opaque_callback_data: id,
          template: {
            name: template,
            language: { code: languages[locale] },
            components: [
              { type: 'body', parameters: [{ type: 'text', text: code }] },
              { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: code }] },
            ],
          },
        }),
      )
      if (answer.status === 429 || answer.status === 503) throw new CarrierRefusal('temporary', String(answer.status))
      const read = sent.safeParse(answer.body)
      if (answer.status >= 200 && answer.status < 300 && read.success) {
        return { carrierId: read.data.messages[0]?.id ?? null, status: 'sent' }
      }
      const error = refused.safeParse(answer.body)
      if (!error.success) throw new CarrierRefusal('temporary', 'odd_answer')
      const failure = metaFailure(error.data.error.code)
      throw new CarrierRefusal(failure.kind, failure.code)
    },
  }
}
