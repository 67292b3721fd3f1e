import { type ComponentChildren, Fragment } from 'preact'
import type { Locale } from '../../model/locale.ts'
import { inboxCopy } from './copy/inbox-copy.ts'
import { renderPage } from './layout.tsx'
import { untranslated } from './untranslated.ts'

/** What both pages of the inbox share. */
export interface InboxFrame {
  locale: Locale
  brand: string
  revision: number
  view: 'messages' | 'apps'
  children: ComponentChildren
}

/** A page of the dev inbox as a whole document: its name, the way to the other page, and what is in this one. */
export function renderInboxFrame({ locale, brand, revision, view, children }: InboxFrame): string {
  const copy = inboxCopy[locale]
  const views = [
    { name: 'messages', label: copy.messages, href: '/dev/inbox' },
    { name: 'apps', label: copy.apps.title, href: '/dev/inbox?apps=1' },
  ]
  return renderPage({
    locale,
    brand,
    title: `${view === 'apps' ? copy.apps.title : copy.title} - ${brand}`,
    style: 'inbox-style',
    script: 'inbox',
    children: (
      <main class={`inbox ${view}`} data-revision={revision}>
        <header>
          <h1>{copy.title}</h1>
          <nav aria-label={copy.views}>
            <ul class="views">
              {views.map(({ name, label, href }) => (
                <li key={name}>
                  <a href={href} aria-current={name === view ? 'page' : undefined}>
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        </header>
        {children}
      </main>
    ),
  })
}

/** An address that may be broken where a reader expects it. */
export function Address({ to }: { to: string }) {
  return (
    <span class="address" {...untranslated}>
      {to.split(/(?<=[@.])/).map((part, i) => (
        <Fragment key={i}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  )
}
