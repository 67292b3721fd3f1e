import { renderSVG } from 'uqr'
import { type AppCode, appsMax, type InboxApp } from '../../channel/inbox-apps.ts'
import type { Instant } from '../../lib/clock.ts'
import type { Locale } from '../../model/locale.ts'
import { type InboxCopy, inboxCopy } from './copy/inbox-copy.ts'
import { renderInboxFrame } from './inbox-frame.tsx'
import { CopyButton, timeOf } from './inbox-message.tsx'
import { PasskeyHint } from './inbox-tools.tsx'
import { untranslated } from './untranslated.ts'

/** What the page of the authenticator apps shows. */
export interface InboxAppsView {
  locale: Locale
  brand: string
  revision: number
  now: Instant
  apps: readonly (InboxApp & AppCode)[]
  /** Why the last form added nothing. */
  problem?: 'unreadable' | 'full' | undefined
}

/** The local authenticator app as a whole document. */
export function renderInboxAppsPage({ locale, brand, revision, now, apps, problem }: InboxAppsView): string {
  const copy = inboxCopy[locale]
  return renderInboxFrame({
    locale,
    brand,
    revision,
    view: 'apps',
    children: (
      <>
        <p class="soft lead">{copy.apps.lead}</p>
        <div class="add">
          <AddForm problem={problem} copy={copy} />
          <PasskeyHint copy={copy} />
        </div>
        {apps.length > 0 ? (
          <ul class="accounts">
            {apps.map((app) => (
              <Account key={app.id} app={app} now={now} locale={locale} copy={copy} />
            ))}
          </ul>
        ) : (
          <p class="accounts none">{copy.apps.empty}</p>
        )}
      </>
    ),
  })
}

function AddForm({ problem, copy }: { problem: InboxAppsView['problem']; copy: InboxCopy }) {
  const { apps } = copy
  const text = problem && (problem === 'full' ? apps.full(appsMax) : apps.unreadable)
  return (
    <form method="post" action="/dev/inbox/apps">
      {text && (
        <div class="error-summary" role="alert" tabIndex={-1}>
          <h2>{apps.problem}</h2>
          <ul>
            <li>
              <a href="#uri">{text}</a>
            </li>
          </ul>
        </div>
      )}
      <div class={text ? 'field invalid' : 'field'}>
        <label class="label" for="uri">
          {apps.uri}
        </label>
        <p class="hint" id="uri-hint">
          {apps.uriHint}
        </p>
        {text && (
          <p class="field-error" id="uri-error">
            {text}
          </p>
        )}
        <input
          class="input"
          id="uri"
          name="uri"
          type="text"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={text ? 'uri-hint uri-error' : 'uri-hint'}
          aria-invalid={text ? 'true' : undefined}
          {...untranslated}
        />
      </div>
      <button class="button" type="submit">
        {apps.add}
      </button>
    </form>
  )
}

interface AccountProps {
  app: InboxApp & AppCode
  now: Instant
  locale: Locale
  copy: InboxCopy
}

function Account({ app: { id, name, uri, secret, periodMs, code, expiresAt }, now, locale, copy }: AccountProps) {
  const leftMs = expiresAt - now
  return (
    <li class="card account" data-app={id} data-left={leftMs}>
      <h2 {...untranslated}>{name}</h2>
      <div
        class="qr"
        role="img"
        aria-label={copy.apps.qr(name)}
        // Made of the URI's modules alone: paths and numbers, no text of anybody's.
        dangerouslySetInnerHTML={{ __html: qrOf(uri) }}
      />
      <div class="live">
        <p class="label">{copy.apps.code}</p>
        <p class="code" {...untranslated}>
          {grouped(code, Math.ceil(code.length / 2))}
        </p>
        <progress max={periodMs} value={leftMs} aria-label={copy.apps.left} />
        <p class="soft small">
          {copy.apps.validUntil}{' '}
          <time class="until number" dateTime={new Date(expiresAt).toISOString()}>
            {timeOf(expiresAt, locale)}
          </time>
        </p>
        <div class="choices">
          <CopyButton code={code} label={copy.copyCode} copy={copy} />
          <a class="chip refresh" href="/dev/inbox?apps=1">
            {copy.refresh}
          </a>
        </div>
      </div>
      <dl class="secret">
        <dt>{copy.apps.secret}</dt>
        <dd {...untranslated}>{grouped(secret, 4)}</dd>
      </dl>
      <form method="post" action="/dev/inbox/apps/remove">
        <input type="hidden" name="id" value={id} />
        <button class="chip remove" type="submit" aria-label={copy.apps.removeNamed(name)}>
          {copy.apps.remove}
        </button>
      </form>
    </li>
  )
}

/** "123 456", "ABCD EFGH IJ". */
export function grouped(text: string, size: number): string {
  return (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(' ')
}

/** Dark on white in every theme, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
function qrOf(uri: string): string {
  const svg = renderSVG(uri, { border: 4, pixelSize: 1, ecc: 'M', whiteColor: '#fff', blackColor: '#000' })
  return svg.replace('<svg ', '<svg aria-hidden="true" shape-rendering="crispEdges" ')
}
