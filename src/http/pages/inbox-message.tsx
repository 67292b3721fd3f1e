import type { ComponentChildren } from 'preact'
import type { InboxMessage } from '../../channel/inbox.ts'
import type { Locale } from '../../model/locale.ts'
import type { InboxCopy } from './copy/inbox-copy.ts'
import { Address } from './inbox-frame.tsx'
import { untranslated } from './untranslated.ts'

interface Shown {
  message: InboxMessage
  /** Who a call or an e-mail is from. */
  brand: string
  locale: Locale
  copy: InboxCopy
}

/** One message as its recipient would meet it. */
export function Message(shown: Shown) {
  const { channel, call, email } = shown.message
  if (channel === 'whatsapp') return <WhatsApp {...shown} />
  if (channel === 'call' && call) return <Call {...shown} call={call} />
  if (channel === 'email' && email) return <Mail {...shown} email={email} />
  return <Text {...shown} />
}

/** "14:05:09", as it was in Brazil. */
export function timeOf(at: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: 'America/Sao_Paulo' }).format(at)
}

function Text({ message, locale, copy }: Shown) {
  const { channel, body, code } = message
  const host = /\n@(\S+) #\S+$/.exec(body)?.[1]
  return (
    <li>
      <p class="bubble" lang={message.locale} {...untranslated}>
        {body}
      </p>
      <Badges message={message} locale={locale} copy={copy}>
        {channel === 'sms' && <Cost message={message} copy={copy} />}
        {host && <span class="badge">{copy.bound(host)}</span>}
      </Badges>
      {code && <CopyButton code={code} label={copy.copy(code)} copy={copy} />}
    </li>
  )
}

/** As WhatsApp shows an authentication template: the code bold, the expiry as a footer, a button over the whole width. */
function WhatsApp({ message, locale, copy }: Shown) {
  const { body, code } = message
  const lines = body.split('\n')
  const footer = code && lines.length > 1 ? lines.pop() : undefined
  return (
    <li>
      <div class="bubble whatsapp">
        <p lang={message.locale} {...untranslated}>
          {lines
            .join('\n')
            .split(/(\*[^*\n]+\*)/)
            .map((part, i) => (i % 2 ? <strong>{part.slice(1, -1)}</strong> : part))}
        </p>
        {footer && (
          <p class="footer" lang={message.locale}>
            {footer}
          </p>
        )}
        <p class="ticks">
          <svg viewBox="0 0 19 11" width="19" height="11" role="img" aria-label={copy.delivered}>
            <path d="m1 6 3.5 3.5L12 1M8 7l2.5 2.5L18 1" />
          </svg>
        </p>
        {code && <CopyButton code={code} label={copy.copyCode} copy={copy} />}
      </div>
      <Badges message={message} locale={locale} copy={copy} />
      <p class="note">{copy.metaWords}</p>
    </li>
  )
}

/** What the call says stands in the page only where the person pressed a key, or where none is asked for. */
function Call({ message, call, brand, locale, copy }: Shown & { call: NonNullable<InboxMessage['call']> }) {
  const { sendDigits, prompt, words } = call
  const said = (
    <>
      <div class="transcript" lang={message.locale} {...untranslated}>
        <p>{words}</p>
        <p>{words}</p>
      </div>
      <div class="choices">
        <button class="chip say" type="button" data-say={`${words} ${words}`} data-lang={message.locale} hidden>
          {copy.call.say}
        </button>
        {message.code && <CopyButton code={message.code} label={copy.copy(message.code)} copy={copy} />}
      </div>
    </>
  )
  return (
    <li>
      <div class="event call">
        <p class="event-title">{copy.call.incoming}</p>
        <p class="caller" {...untranslated}>
          {brand}
        </p>
        {sendDigits && <p class="note">{copy.call.tones(sendDigits)}</p>}
        {prompt ? (
          <>
            <p class="transcript" lang={message.locale} {...untranslated}>
              {prompt}
            </p>
            <p class="note">{copy.call.pressHint}</p>
            <details>
              <summary>{copy.call.press}</summary>
              {said}
            </details>
          </>
        ) : (
          <>
            <p class="note">{copy.call.noKey}</p>
            {said}
          </>
        )}
      </div>
      <Badges message={message} locale={locale} copy={copy} />
    </li>
  )
}

/** The html part in a frame without any right: no script, no form, no popup, and by its own policy nothing that is fetched. */
function Mail({ message, email, brand, locale, copy }: Shown & { email: NonNullable<InboxMessage['email']> }) {
  const { number, to, body, code } = message
  return (
    <li>
      <div class="event mail">
        <p class="event-title" lang={message.locale} {...untranslated}>
          {email.subject}
        </p>
        <dl class="envelope">
          <dt>{copy.mail.from}</dt>
          <dd {...untranslated}>{brand}</dd>
          <dt>{copy.mail.to}</dt>
          <dd>
            <Address to={to} />
          </dd>
        </dl>
        <iframe src={mailPath(number)} sandbox="" title={copy.mail.frame(email.subject)} />
        <details>
          <summary>{copy.mail.plain}</summary>
          <p class="plain" lang={message.locale} {...untranslated}>
            {body}
          </p>
        </details>
      </div>
      <Badges message={message} locale={locale} copy={copy} />
      {code && <CopyButton code={code} label={copy.copy(code)} copy={copy} />}
    </li>
  )
}

/** Where the html part of an e-mail is. */
export function mailPath(number: number): string {
  return `/dev/inbox/mail/${number}`
}

function Badges({
  message: { sentAt, channel },
  locale,
  copy,
  children,
}: Omit<Shown, 'brand'> & { children?: ComponentChildren }) {
  return (
    <p class="badges">
      <time dateTime={new Date(sentAt).toISOString()}>{timeOf(sentAt, locale)}</time>
      <span class="badge">{copy.channels[channel]}</span>
      {children}
    </p>
  )
}

export function CopyButton({ code, label, copy }: { code: string; label: string; copy: InboxCopy }) {
  return (
    <button class="chip copy" type="button" data-code={code} data-copied={copy.copied}>
      {label}
    </button>
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
