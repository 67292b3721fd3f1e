import type { ComponentChildren } from 'preact'
import { formatAmount } from '../brazil/amount.ts'
import { formatTaxId } from '../brazil/cpf-cnpj.ts'
import { formatMobile } from '../brazil/mobile.ts'
import { describeAccount, describeDestination } from '../flow/request-body.ts'
import type { Draft } from '../model/draft.ts'
import type { Payout } from '../model/payout.ts'
import type { PhoneNote } from '../store/organizers.ts'
import type { PayoutAccount } from '../store/payouts.ts'
import { accountTitle } from './format.ts'
import type { Page, PageContext } from './layout.tsx'
import { type NoticeName, noticeKind } from './notices.ts'
import { Notice } from './parts.tsx'

export interface Review {
  draft: Draft
  payout: Payout
  /** The mobile that was typed, where one is asked for. */
  typedPhone: string | undefined
  phone: PhoneNote
  current: PayoutAccount | undefined
  /** Whether the last request for this very version failed, so that confirming starts again. */
  restart: boolean
  notice: NoticeName | undefined
}

/** Step 2: everything in full, as it will be approved. */
export function reviewPage(context: PageContext, review: Review): Page {
  const { text, locale } = context
  const { draft, payout } = review
  return {
    title: text.reviewTitle,
    section: 'payout',
    body: (
      <>
        <p class="step">
          <a href="/repasse/dados">{text.back}</a>
          <span class="soft">{text.step({ n: 2, of: 3 })}</span>
        </p>
        <h1>{text.reviewTitle}</h1>
        {review.notice ? <Notice {...noticeKind(review.notice)}>{text.notices[review.notice]}</Notice> : null}
        <p>{text.reviewLead}</p>
        <dl class="answers">
          <Answer {...context} label={text.reviewAmount} at="amount">
            <span class="amount">{formatAmount(payout.amount.value, locale)}</span>
          </Answer>
          <Answer {...context} label={text.reviewPayee}>
            {payout.holder.name}
            <br />
            <span class="soft number">
              {text.taxId[context.organizer.taxId.kind]} {formatTaxId(context.organizer.taxId)}
            </span>
          </Answer>
          <Answer
            {...context}
            label={review.current ? text.reviewNew : text.reviewTo}
            at={payout.destination.method === 'bank' ? 'bank' : 'pix_key'}
          >
            <Destination {...context} payout={payout} />
          </Answer>
          {review.current ? (
            <Answer {...context} label={text.reviewNow}>
              {accountTitle(review.current, text)} <span class="number">{review.current.masked}</span>
            </Answer>
          ) : null}
          <Answer {...context} label={text.reviewEffect}>
            {review.current ? text.reviewEffectText : text.reviewEffectFirst}
          </Answer>
          <PhoneAnswer {...context} review={review} />
        </dl>
        <form method="post" action="/repasse/confirmar">
          <input type="hidden" name="version" value={String(draft.version)} />
          {review.restart ? <input type="hidden" name="restart" value="1" /> : null}
          <p class="soft">{text.reviewSms}</p>
          <div class="actions">
            <button class="button" type="submit">
              {text.reviewConfirm}
            </button>
          </div>
        </form>
      </>
    ),
  }
}

function Answer({
  text,
  label,
  at,
  children,
}: PageContext & { label: string; at?: string; children: ComponentChildren }) {
  return (
    <div class="answer">
      <dt>{label}</dt>
      <dd>{children}</dd>
      {at ? (
        <dd class="answer-change">
          <a href={`/repasse/dados#${at}`}>
            {text.change}
            <span class="visually-hidden"> {label.toLowerCase()}</span>
          </a>
        </dd>
      ) : null}
    </div>
  )
}

function Destination({ text, locale, payout: { destination } }: PageContext & { payout: Payout }) {
  const { title, number } = describeDestination(destination, locale)
  if (destination.method === 'pix') {
    return (
      <>
        {title}
        <br />
        <span class="number-long">{number}</span>
      </>
    )
  }
  const { branch, account, type } = describeAccount(destination, locale)
  return (
    <>
      {destination.bank.compe} · {destination.bank.name}
      <br />
      {text.agency} <span class="number">{branch}</span>
      <br />
      {type} <span class="number">{account}</span>
    </>
  )
}

function PhoneAnswer({ review, ...context }: PageContext & { review: Review }) {
  const { text } = context
  const { typedPhone, phone } = review
  if (typedPhone !== undefined) {
    return (
      <Answer {...context} label={text.reviewPhone} at="phone">
        <span class="number">{formatMobile(typedPhone)}</span>
      </Answer>
    )
  }
  return (
    <Answer {...context} label={text.reviewPhone}>
      <span class="number">{phone.last4 ? text.phoneLast4({ last4: phone.last4 }) : text.phoneEnrolled}</span>
    </Answer>
  )
}
