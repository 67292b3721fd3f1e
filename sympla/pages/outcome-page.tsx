import type { FailedStatus } from '../model/payout-request.ts'
import { formatMoment } from './format.ts'
import type { Page, PageContext } from './layout.tsx'
import { Act } from './parts.tsx'

const refreshS = 2

/** The code is still to be typed. */
export function pendingPage({ text }: PageContext, { url }: { url: string }): Page {
  return {
    title: text.outcomePendingTitle,
    section: 'payout',
    body: (
      <>
        <h1>{text.outcomePendingTitle}</h1>
        <p>{text.outcomePending}</p>
        <div class="actions">
          <a class="button" href={url}>
            {text.homePendingContinue}
          </a>
          <a class="button button-secondary" href="/repasse">
            {text.outcomeHome}
          </a>
        </div>
      </>
    ),
  }
}

/** Approved, and waiting: nothing is wrong, and it can still be taken back. */
export function heldPage(
  { text, locale }: PageContext,
  { until, id }: { until: number | undefined; id: string },
): Page {
  return {
    title: text.outcomeHeldTitle,
    section: 'payout',
    body: (
      <>
        <h1>{text.outcomeHeldTitle}</h1>
        <p>{until === undefined ? text.outcomeHeldReview : text.outcomeHeld({ until: formatMoment(until, locale) })}</p>
        <p class="soft">{text.outcomeHeldWhy}</p>
        <div class="actions">
          <a class="button" href="/repasse">
            {text.outcomeHome}
          </a>
          <Act
            action="/repasse/cancelar"
            label={text.homePendingCancel}
            class="button button-secondary"
            fields={{ request: id }}
          />
        </div>
      </>
    ),
  }
}

/** Approved, and not yet processed: the page looks again by itself. */
export function waitingPage({ text, here }: PageContext): Page {
  return {
    title: text.outcomeWaitingTitle,
    section: 'payout',
    refreshS,
    body: (
      <>
        <h1>{text.outcomeWaitingTitle}</h1>
        <p role="status">{text.outcomeWaiting}</p>
        <div class="actions">
          <a class="button button-secondary" href={here}>
            {text.outcomeRefresh}
          </a>
        </div>
      </>
    ),
  }
}

/** It came to nothing, and what was typed is kept for another try. */
export function failedPage({ text }: PageContext, { status, ref }: { status: FailedStatus; ref: string }): Page {
  const outcome = text.outcomes[status]
  return {
    title: outcome.title,
    section: 'payout',
    body: (
      <>
        <h1>{outcome.title}</h1>
        <p>{outcome.text}</p>
        <p class="soft">{text.outcomeKept}</p>
        <p class="soft">
          {text.receiptRef} <span class="number">{ref}</span>
        </p>
        <div class="actions">
          <a class="button" href="/repasse/revisao">
            {text.outcomeRestart}
          </a>
          <a class="button button-secondary" href="/repasse">
            {text.outcomeHome}
          </a>
        </div>
      </>
    ),
  }
}

/** A page that says one thing: not found, refused, failed. */
export function plainPage({ title, sentence, home }: { title: string; sentence: string; home: string }): Page {
  return {
    title,
    section: 'payout',
    body: (
      <>
        <h1>{title}</h1>
        <p>{sentence}</p>
        <div class="actions">
          <a class="button" href="/repasse">
            {home}
          </a>
        </div>
      </>
    ),
  }
}
