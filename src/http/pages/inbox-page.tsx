import type { InboxMessage } from '../../channel/inbox.ts'
import type { Locale } from '../../model/locale.ts'
import { type InboxCopy, inboxCopy } from './copy/inbox-copy.ts'
import { renderPage } from './layout.tsx'
import { untranslated } from './untranslated.ts'

/** What the dev inbox shows: the phones that got messages, and one of them opened. */
export interface InboxView {
  locale: Locale
  brand: string
  revision: number
  offsetMs: number
  recipients: { to: string; count: number }[]
  open: string | undefined
  messages: readonly InboxMessage[]
}

/** The dev inbox as a whole document. */
export function renderInboxPage(view: InboxView): string {
  const copy = inboxCopy[view.locale]
  return renderPage({
    locale: view.locale,
    brand: view.brand,
    title: `${copy.title} - ${view.brand}`,
    style: 'inbox-style',
    script: 'inbox',
    children: (
      <main class="inbox" data-revision={view.revision}>
        <header>
          <h1>{copy.title}</h1>
          <p class="soft">{copy.lead}</p>
        </header>
        <Recipients view={view} copy={copy} />
        <Phone view={view} copy={copy} />
        <Tools view={view} copy={copy} />
      </main>
    ),
  })
}

function Recipients({ view: { recipients, open }, copy }: { view: InboxView; copy: InboxCopy }) {
  if (recipients.length === 0) return null
  return (
    <nav class="phones" aria-labelledby="recipients">
      <h2 id="recipients">{copy.recipients}</h2>
      <ul class="recipients">
        {recipients.map(({ to, count }) => (
          <li key={to}>
            <a href={hrefOf(to)} aria-current={to === open ? 'page' : undefined}>
              <span class="number">{to}</span> <span class="count">{count}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Tools({ view: { open, offsetMs }, copy }: { view: InboxView; copy: InboxCopy }) {
  return (
    <section class="tools" aria-labelledby="clock">
      <h2 id="clock">{copy.clock}</h2>
      <p class="soft small" id="clock-hint">
        {copy.clockHint} {offsetMs > 0 && <strong>{copy.turned(Math.round(offsetMs / 60_000))}</strong>}
      </p>
      <form method="post" action="/dev/inbox/clock" class="row" aria-describedby="clock-hint">
        {copy.advance.map(({ label, ms }) => (
          <button key={ms} class="button button-secondary" type="submit" name="advance_ms" value={ms}>
            {label}
          </button>
        ))}
      </form>
      <form method="post" action="/dev/inbox/clear" class="row">
        <a class="button button-secondary" href={open === undefined ? '/dev/inbox' : hrefOf(open)}>
          {copy.refresh}
        </a>
        <button class="button button-secondary" type="submit">
          {copy.clear}
        </button>
      </form>
    </section>
  )
}

function hrefOf(to: string): string {
  return `/dev/inbox?to=${encodeURIComponent(to)}`
}

function Phone({ view: { open, messages, locale }, copy }: { view: InboxView; copy: InboxCopy }) {
  if (open === undefined) {
    return (
      <section class="phone empty">
        <p>
          <strong>{copy.empty}</strong>
        </p>
        <p class="soft">{copy.emptyHint}</p>
      </section>
    )
  }
  return (
    <section class="phone" aria-labelledby="phone">
      <h2 id="phone" class="number" aria-label={copy.phoneOf(open)}>
        {open}
      </h2>
      <ol class="messages">
        {messages.map((message, i) => (
          <Bubble key={i} message={message} locale={locale} copy={copy} />
        ))}
      </ol>
    </section>
  )
}

function Bubble({ message, locale, copy }: { message: InboxMessage; locale: Locale; copy: InboxCopy }) {
  const { channel, body, code, sentAt } = message
  const host = /\n@(\S+) #\S+$/.exec(body)?.[1]
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: 'America/Sao_Paulo' })
  return (
    <li>
      <p class="bubble" {...untranslated}>
        {body}
      </p>
      <p class="badges">
        <time dateTime={new Date(sentAt).toISOString()}>{time.format(sentAt)}</time>
        <span class="badge">{copy.channels[channel]}</span>
        {channel === 'sms' && <Cost message={message} copy={copy} />}
        {host && <span class="badge">{copy.bound(host)}</span>}
      </p>
      {code && (
        <button class="copy" type="button" data-code={code} data-copied={copy.copied}>
          {copy.copy(code)}
        </button>
      )}
    </li>
  )
}

/** What a text message costs: other channels are not paid by the segment. */
function Cost({ message, copy }: { message: InboxMessage; copy: InboxCopy }) {
  const { encoding, segments, units, unitsMax } = message
  return (
    <>
      <span class="badge">{encoding}</span>
      <span class="badge number">
        {units}/{unitsMax}
      </span>
      <span class={segments > 1 ? 'badge costly' : 'badge'}>{copy.segments(segments)}</span>
    </>
  )
}
