import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { type Locale, locales } from '../../model/locale.ts'
import { assetUrl } from './assets.ts'
import { pageCopy } from './copy/copy.ts'
import { untranslated } from './untranslated.ts'

/** What every page is made of. */
export interface PageFrame {
  locale: Locale
  brand: string
  title: string
  /** The page's parts of dist/web. */
  style: 'page-style' | 'inbox-style'
  script: 'page' | 'inbox'
  /** Where messages are in local mode, for whoever waits for a code on a phone that gets none. */
  inboxUrl?: string | undefined
  children: ComponentChildren
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%231450c4'/%3E%3Cpath d='m4 8.5 3 3 5-7' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"

/** A whole document. Everything in it is escaped by the renderer; there is no inline script or style. */
export function renderPage({ locale, brand, title, style, script, inboxUrl, children }: PageFrame): string {
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        {/* The header says no-referrer; with that alone browsers send `Origin: null` with our own forms (Fetch, 3.2). */}
        <meta name="referrer" content="same-origin" />
        <meta name="format-detection" content="telephone=no" />
        <link rel="icon" href={icon} />
        <link rel="stylesheet" href={assetUrl(style)} />
        <script type="module" src={assetUrl(script)} />
      </head>
      <body>
        {inboxUrl && (
          <aside class="banner">
            {pageCopy[locale].localBanner} <a href={inboxUrl}>{pageCopy[locale].localInbox}</a>
          </aside>
        )}
        <div class="page">
          <header class="masthead">
            <span class="brand" {...untranslated}>
              {brand}
            </span>
            <Languages locale={locale} />
          </header>
          {children}
        </div>
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}

function Languages({ locale }: { locale: Locale }) {
  return (
    <nav aria-label={pageCopy[locale].languagesLabel}>
      <ul class="languages">
        {locales.map((one) => (
          <li key={one} lang={one}>
            {one === locale ? (
              <span aria-current="true" title={pageCopy[one].languageName}>
                {shortName(one)}
              </span>
            ) : (
              // A relative link, so that the page of an unknown id is the same bytes for every id.
              <a href={`?lang=${one}`} hreflang={one} title={pageCopy[one].languageName}>
                {shortName(one)}
                <span class="visually-hidden"> {pageCopy[one].languageName}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </nav>
  )
}

function shortName(locale: Locale): string {
  return locale.slice(0, 2).toUpperCase()
}
