import type { InboxMessage, UnseenMessage } from '../../channel/inbox.ts'
import type { Locale } from '../../model/locale.ts'
import { type InboxCopy, inboxCopy } from './copy/inbox-copy.ts'
import { Address, renderInboxFrame } from './inbox-frame.tsx'
import { Message, timeOf } from './inbox-message.tsx'
import { hrefOf, Tools, type ToolsView } from './inbox-tools.tsx'

/** What the dev inbox shows: who got messages, one of them opened, and the tools. */
export interface InboxView extends ToolsView {
  locale: Locale
  brand: string
  revision: number
  recipients: { to: string; count: number }[]
  messages: readonly InboxMessage[]
  /** Those to the opened recipient that did not arrive. */
  unseen: readonly UnseenMessage[]
}

/** The messages of the dev inbox as a whole document. */
export function renderInboxPage(view: InboxView): string {
  const { locale, brand, revision } = view
  const copy = inboxCopy[locale]
  return renderInboxFrame({
    locale,
    brand,
    revision,
    view: 'messages',
    children: (
      <>
        <p class="soft lead">{copy.lead}</p>
        <Recipients view={view} copy={copy} />
        <Phone view={view} copy={copy} />
        <Tools view={view} copy={copy} />
      </>
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
              <Address to={to} /> <span class="count">{count}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Phone({ view: { open, messages, unseen, locale, brand }, copy }: { view: InboxView; copy: InboxCopy }) {
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
      <h2 id="phone" aria-label={copy.messagesTo(open)}>
        <Address to={open} />
      </h2>
      {unseen.length > 0 && <Unseen unseen={unseen} locale={locale} copy={copy} />}
      {messages.length > 0 && (
        <ol class="thread">
          {messages.map((message) => (
            <Message key={message.number} message={message} brand={brand} locale={locale} copy={copy} />
          ))}
        </ol>
      )}
      {messages.length === 0 && unseen.length === 0 && <p class="soft none">{copy.empty}</p>}
    </section>
  )
}

/** What did not arrive, so that whoever looks for a message sees why it is not there. */
function Unseen({ unseen, locale, copy }: { unseen: InboxView['unseen']; locale: Locale; copy: InboxCopy }) {
  return (
    <section class="unseen" aria-labelledby="unseen">
      <h3 id="unseen">{copy.unseen}</h3>
      <ul>
        {unseen.map((message, i) => (
          <li key={i}>
            <time dateTime={new Date(message.sentAt).toISOString()}>{timeOf(message.sentAt, locale)}</time>{' '}
            {copy.channels[message.channel]}: {fateOf(message, locale, copy)}
          </li>
        ))}
      </ul>
    </section>
  )
}

function fateOf({ state, arrivesAt, failureCode }: UnseenMessage, locale: Locale, copy: InboxCopy): string {
  if (state === 'under_way') return copy.underWay(timeOf(arrivesAt, locale))
  return state === 'dropped' ? copy.dropped : copy.undelivered(failureCode ?? '?')
}
