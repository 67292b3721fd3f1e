import { formatAmount } from '../brazil/amount.ts'
import type { PhoneNote } from '../store/organizers.ts'
import type { PaidPayout, PayoutAccount } from '../store/payouts.ts'
import { accountTitle, formatDay, formatMoment } from './format.ts'
import type { Page, PageContext } from './layout.tsx'
import { type NoticeName, noticeKind } from './notices.ts'
import { Act, Notice } from './parts.tsx'

export interface PayoutHome {
  accounts: readonly PayoutAccount[]
  payouts: readonly PaidPayout[]
  phone: PhoneNote
  /** A request that waits for its code. */
  pending: { id: string; createdAt: number; url: string } | undefined
  /** It is approved and waits; `until` a time, or for a person. */
  held: { until: number | undefined } | undefined
  hasDraft: boolean
  notice: NoticeName | undefined
}

/** Where the organizer stands: the account in use, what waits for a code, what was paid. */
export function payoutHome(context: PageContext, home: PayoutHome): Page {
  const { text } = context
  const current = home.accounts.find((account) => account.replacedAt === undefined)
  return {
    title: text.homeTitle,
    section: 'payout',
    body: (
      <>
        <h1>{text.homeTitle}</h1>
        {home.notice ? <Notice {...noticeKind(home.notice)}>{text.notices[home.notice]}</Notice> : null}
        <Pending {...context} pending={home.pending} held={home.held} />
        <Current {...context} current={current} />
        <Start {...context} home={home} first={current === undefined} />
        <History {...context} payouts={home.payouts} />
        <Earlier {...context} accounts={home.accounts} />
        <h2>{text.homePhone}</h2>
        <p>{phoneText(context, home.phone)}</p>
      </>
    ),
  }
}

function Pending({ text, locale, pending, held }: PageContext & Pick<PayoutHome, 'pending' | 'held'>) {
  if (!pending) return null
  if (held) return <Held {...{ text, locale, held, id: pending.id }} />
  return (
    <section class="card pending">
      <h2>{text.homePendingTitle}</h2>
      <p>{text.homePending({ when: formatMoment(pending.createdAt, locale) })}</p>
      <div class="actions">
        <a class="button" href={pending.url}>
          {text.homePendingContinue}
        </a>
        <a class="button button-secondary" href="/repasse/dados">
          {text.homeEdit}
        </a>
        <Act
          action="/repasse/cancelar"
          label={text.homePendingCancel}
          class="button button-secondary"
          fields={{ request: pending.id }}
        />
      </div>
    </section>
  )
}

function Held({
  text,
  locale,
  held: { until },
  id,
}: Pick<PageContext, 'text' | 'locale'> & { held: NonNullable<PayoutHome['held']>; id: string }) {
  return (
    <section class="card pending">
      <h2>{text.outcomeHeldTitle}</h2>
      <p>{until === undefined ? text.outcomeHeldReview : text.outcomeHeld({ until: formatMoment(until, locale) })}</p>
      <p class="soft">{text.outcomeHeldWhy}</p>
      <div class="actions">
        <Act
          action="/repasse/cancelar"
          label={text.homePendingCancel}
          class="button button-secondary"
          fields={{ request: id }}
        />
      </div>
    </section>
  )
}

function Current({ text, locale, current }: PageContext & { current: PayoutAccount | undefined }) {
  return (
    <section class="card">
      <h2>{text.homeCurrent}</h2>
      {current ? (
        <>
          <p class="account">
            <span class="strong">{accountTitle(current, text)}</span> <span class="number">{current.masked}</span>
          </p>
          <p class="soft small">{text.homeSince({ when: formatMoment(current.validFrom, locale) })}</p>
        </>
      ) : (
        <p>{text.homeNone}</p>
      )}
    </section>
  )
}

function Start({ text, home, first }: PageContext & { home: PayoutHome; first: boolean }) {
  if (home.pending) return null
  if (!home.hasDraft) {
    return (
      <div class="actions">
        <a class="button" href="/repasse/dados">
          {first ? text.homeFirst : text.homeChange}
        </a>
      </div>
    )
  }
  return (
    <section>
      <p>{text.homeDraft}</p>
      <div class="actions">
        <a class="button" href="/repasse/dados">
          {text.homeResume}
        </a>
        <Act action="/repasse/descartar" label={text.homeDiscard} class="button button-secondary" />
      </div>
    </section>
  )
}

function History({ text, locale, payouts }: PageContext & Pick<PayoutHome, 'payouts'>) {
  return (
    <section>
      <h2>{text.homePayouts}</h2>
      {payouts.length === 0 ? <p class="soft">{text.homePayoutsNone}</p> : null}
      <ul class="list">
        {payouts.map((payout) => (
          <li class="item" key={payout.id}>
            <div class="item-main">
              <p class="strong number">{formatAmount(payout.amount, locale)}</p>
              <p class="soft small">
                {accountTitle(payout, text)} <span class="number">{payout.masked}</span>
              </p>
            </div>
            <p class="item-side">
              <span class="small number">{formatDay(payout.approvedAt, locale)}</span>
              <a href={`/repasse/comprovante/${payout.id}`}>
                {text.homeReceipt}
                <span class="visually-hidden"> {formatAmount(payout.amount, locale)}</span>
              </a>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Earlier({ text, locale, accounts }: PageContext & Pick<PayoutHome, 'accounts'>) {
  const earlier = accounts.filter((account) => account.replacedAt !== undefined)
  if (earlier.length === 0) return null
  return (
    <details>
      <summary>{text.homeAccounts}</summary>
      <ul class="list">
        {earlier.map((account) => (
          <li class="item" key={account.id}>
            <div class="item-main">
              <p>
                {accountTitle(account, text)} <span class="number">{account.masked}</span>
              </p>
              <p class="soft small">
                {text.homeUntil({
                  from: formatMoment(account.validFrom, locale),
                  until: formatMoment(account.replacedAt ?? account.validFrom, locale),
                })}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  )
}

function phoneText({ text }: PageContext, { enrolled, last4 }: PhoneNote): string {
  if (!enrolled) return text.homePhoneNone
  return last4 ? text.homePhoneKnown({ last4 }) : text.homePhoneEnrolled
}
