import type { OutgoingMessage } from '../../src/channel/carrier.ts'
import { transactionMessage } from '../../src/channel/transaction-message.ts'
import type { Channel } from '../../src/model/factor.ts'
import type { Locale } from '../../src/model/locale.ts'

/** A real message of a transaction, by this channel. */
export function messageBy(
  channel: Channel,
  more: { to?: string; payee?: string; brand?: string; locale?: Locale; id?: string } = {},
): OutgoingMessage {
  const { payee = 'Aurora Eventos Ltda', brand = 'Sympla', locale = 'pt-BR' } = more
  const amount = { value: '12500.00', currency: 'BRL' }
  const about = {
    brand,
    host: 'aval.test',
    kind: 'payout.withdraw',
    locale,
    payee,
    amount,
    code: '493027',
    minutes: 10,
  }
  const to = more.to ?? (channel === 'email' ? 'ana@example.com' : '+5511987654321')
  return { id: more.id ?? 'msg_1', to, channel, ...transactionMessage(channel, about), code: '493027', locale }
}
