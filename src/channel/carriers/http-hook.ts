import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import type { Secret } from '../../lib/secret.ts'
import { type Carrier, CarrierRefusal } from '../carrier.ts'
import { postJson } from './post-json.ts'

/** A gateway of one's own: it takes messages as JSON, signed by Standard Webhooks. */
export interface MessageGateway {
  url: string
  /** `whsec_` and base64. */
  secret: Secret
}

/** A gateway may have a status of its own: its name of the message counts all the same. */
const accepted = z.looseObject({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/)
    .optional()
    .catch(undefined),
  status: z.enum(['sent', 'delivered']).optional().catch(undefined),
})
const refused = z.looseObject({
  kind: z.enum(['temporary', 'channel', 'permanent']),
  code: z.string().regex(/^[\w.-]{1,32}$/),
})

/** Messages of any channel by a signed HTTP hook (standardwebhooks.com): for gateways that have no carrier of their own here. */
export function createHttpHook({ url, secret }: MessageGateway, clock: Pick<Clock, 'now'>): Carrier {
  const signer = new Webhook(secret.reveal())
  return {
    name: 'http',
    async send({ id, channel, to, body, code, locale, call, email }) {
      const text = JSON.stringify({ id, channel, to, body, code, locale, call, email })
      const at = new Date(clock.now())
      const answer = await postJson(
        url,
        {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signer.sign(id, at, text),
        },
        text,
      )
      if (answer.status >= 200 && answer.status < 300) {
        const { data } = accepted.safeParse(answer.body ?? {})
        return { carrierId: data?.id ?? id, status: data?.status ?? 'sent' }
      }
      const why = refused.safeParse(answer.body)
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && why.success)
        throw new CarrierRefusal(why.data.kind, why.data.code)
      throw new CarrierRefusal('temporary', String(answer.status))
    },
  }
}
