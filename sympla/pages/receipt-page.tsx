import { decodeJwt } from 'jose'
import { formatAmount } from '../brazil/amount.ts'
import { formatTaxId } from '../brazil/cpf-cnpj.ts'
import type { PaidPayout } from '../store/payouts.ts'
import { accountTitle, formatMoment } from './format.ts'
import type { Page, PageContext } from './layout.tsx'

/** How it was confirmed, by what the signed proof says. */
function howText({ receipt, phoneLast4 }: PaidPayout, { text }: PageContext): string {
  const { amr } = decodeJwt<{ amr?: unknown }>(receipt)
  const ways = Array.isArray(amr) ? amr.map(String) : ['sms']
  const named = ways.map((way) =>
    way === 'sms'
      ? text.receiptHowSms({ last4: phoneLast4 ?? '' })
      : ((Object.hasOwn(text.securityWays, way) && text.securityWays[way]) ?? way),
  )
  return named.join(' + ')
}

/** The end of the flow: what was approved, how and when, with the signed proof. Safe to open again at any time. */
export function receiptPage(context: PageContext, payout: PaidPayout): Page {
  const { text, locale, organizer } = context
  const amount = formatAmount(payout.amount, locale)
  return {
    title: text.receiptTitle,
    section: 'payout',
    body: (
      <>
        <section class="receipt">
          <h1>{text.receiptTitle}</h1>
          <p>{text.receiptLead({ amount, title: accountTitle(payout, text) })}</p>
        </section>
        <dl class="summary receipt-facts">
          <dt>{text.receiptStatus}</dt>
          <dd>{text.receiptDone}</dd>
          <dt>{text.reviewAmount}</dt>
          <dd class="amount">{amount}</dd>
          <dt>{text.reviewPayee}</dt>
          <dd>
            {organizer.name}
            <br />
            <span class="soft">
              {text.taxId[organizer.taxId.kind]} {formatTaxId(organizer.taxId)}
            </span>
          </dd>
          <dt>{text.reviewTo}</dt>
          <dd>
            {accountTitle(payout, text)} <span class="number">{payout.masked}</span>
          </dd>
          <dt>{text.receiptWhen}</dt>
          <dd>
            <time dateTime={new Date(payout.approvedAt).toISOString()}>{formatMoment(payout.approvedAt, locale)}</time>
          </dd>
          <dt>{text.receiptHow}</dt>
          <dd>{howText(payout, context)}</dd>
          <dt>{text.receiptRef}</dt>
          <dd class="number">{payout.ref}</dd>
        </dl>
        {payout.enrolled ? <p class="notice">{text.receiptEnrolled}</p> : null}
        <p>{text.receiptNext}</p>
        <section class="proof">
          <h2>{text.receiptProof}</h2>
          <p class="soft">{text.receiptProofText}</p>
          <div class="actions">
            <a class="button button-secondary" href={`/repasse/comprovante/${payout.id}/assinado.json`} download>
              {text.receiptDownload}
            </a>
            <button class="button button-secondary" type="button" data-print hidden>
              {text.receiptPrint}
            </button>
            <a class="button" href="/repasse">
              {text.receiptAgain}
            </a>
          </div>
        </section>
        <p class="aside">{text.receiptNotYou}</p>
      </>
    ),
  }
}
