import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Organizer } from '../model/organizer.ts'
import { type PortalText, textFor } from '../text/catalogue.ts'
import { type Locale, locales } from '../text/locale.ts'

/** What every page needs to know of where it is shown. */
export interface PageContext {
  locale: Locale
  text: PortalText
  organizer: Organizer
  /** Whether this is a local environment, whose messages are read on its own page. */
  local: boolean
  /** Path and query, without the language: where a change of language leads. */
  here: string
  assetUrl(name: 'portal' | 'portal-style'): string
}

export interface Page {
  title: string
  /** The section of the menu that it belongs to. */
  section: 'events' | 'payout' | 'security'
  /** Whether it reports a mistake: the title says so first. */
  faulty?: boolean
  /** Seconds after which the page looks again by itself. */
  refreshS?: number
  body: ComponentChildren
}

/** A whole page as HTML text. */
export function renderPage(context: PageContext, page: Page): string {
  return `<!doctype html>${renderToString(<Document context={context} page={page} />)}`
}

function Document({ context, page }: { context: PageContext; page: Page }) {
  const { locale, text, assetUrl } = context
  const title = `${page.faulty ? text.errorPrefix : ''}${page.title} · ${text.brand}`
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {page.refreshS ? <meta http-equiv="refresh" content={String(page.refreshS)} /> : null}
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assetUrl('portal-style')} />
        <script type="module" src={assetUrl('portal')} />
      </head>
      <body>
        <a class="skip" href="#main">
          {text.skip}
        </a>
        <header>
          <Banner {...context} />
          <Masthead context={context} section={page.section} />
        </header>
        <main class="page" id="main" tabIndex={-1}>
          {page.body}
        </main>
      </body>
    </html>
  )
}

function Banner({ text, local }: PageContext) {
  if (!local) return <p class="banner">{text.bannerSample}</p>
  return (
    <p class="banner">
      {text.bannerLocal} <a href="/dev/inbox">{text.bannerInbox}</a>
    </p>
  )
}

function Masthead({ context, section }: { context: PageContext; section: Page['section'] }) {
  const { text, organizer } = context
  return (
    <div class="page head">
      <div class="masthead">
        <a class="brand" href="/">
          {text.brand} <span class="brand-area">{text.brandArea}</span>
        </a>
        <Languages {...context} />
      </div>
      <div class="bar">
        <nav aria-label={text.navLabel}>
          <ul class="menu">
            <MenuItem href="/" current={section === 'events'} label={text.navEvents} />
            <MenuItem href="/repasse" current={section === 'payout'} label={text.navPayout} />
            <MenuItem href="/seguranca" current={section === 'security'} label={text.navSecurity} />
          </ul>
        </nav>
        <p class="who">{organizer.name}</p>
      </div>
    </div>
  )
}

function MenuItem({ href, current, label }: { href: string; current: boolean; label: string }) {
  return (
    <li>
      <a href={href} aria-current={current ? 'true' : undefined}>
        {label}
      </a>
    </li>
  )
}

function Languages({ locale, text, here }: PageContext) {
  return (
    <nav aria-label={text.languages}>
      <ul class="languages">
        {locales.map((name) => (
          <li key={name}>
            <Language name={name} current={name === locale} here={here} />
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Language({ name, current, here }: { name: Locale; current: boolean; here: string }) {
  const label = textFor(name).language
  const shown = (
    <>
      <span aria-hidden="true">{name.slice(0, 2).toUpperCase()}</span>
      <span class="visually-hidden">{label}</span>
    </>
  )
  if (current) {
    return (
      <span aria-current="true" lang={name}>
        {shown}
      </span>
    )
  }
  return (
    <a href={`${here}${here.includes('?') ? '&' : '?'}lang=${name}`} hreflang={name} lang={name}>
      {shown}
    </a>
  )
}
