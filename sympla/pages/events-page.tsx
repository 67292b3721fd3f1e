import { formatAmount } from '../brazil/amount.ts'
import { type SoldEvent, sampleEvents } from '../model/organizer.ts'
import { formatDay } from './format.ts'
import type { Page, PageContext } from './layout.tsx'

/** The portal's first page: what the organizer sells, and the way to get paid for it. */
export function eventsPage(context: PageContext): Page {
  const { text } = context
  return {
    title: text.eventsTitle,
    section: 'events',
    body: (
      <>
        <h1>{text.eventsTitle}</h1>
        <p class="soft">{text.eventsLead}</p>
        <ul class="list">
          {sampleEvents.map((event) => (
            <EventItem key={event.name} event={event} {...context} />
          ))}
        </ul>
        <section class="card teaser">
          <h2>{text.payoutTeaserTitle}</h2>
          <p>{text.payoutTeaser}</p>
          <a class="button" href="/repasse">
            {text.payoutTeaserAction}
          </a>
        </section>
      </>
    ),
  }
}

function EventItem({ event, text, locale }: PageContext & { event: SoldEvent }) {
  return (
    <li class="item">
      <div class="item-main">
        <h2 class="item-title" lang="pt-BR">
          {event.name}
        </h2>
        <p class="soft small">
          {formatDay(event.startsAt, locale)} · <span lang="pt-BR">{event.city}</span>
        </p>
      </div>
      <p class="item-side">
        <span class="number strong">{formatAmount(event.revenue, locale)}</span>
        <span class="soft small">{text.eventSold(event)}</span>
      </p>
    </li>
  )
}
