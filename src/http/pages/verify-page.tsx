import type { ComponentChildren } from 'preact'
import type { Locale } from '../../model/locale.ts'
import { CodeForm, ResendForm } from './code-form.tsx'
import { type PageCopy, pageCopy } from './copy/copy.ts'
import { renderPage } from './layout.tsx'
import type { CardView, Screen } from './screen.ts'
import { SummaryCard } from './summary-card.tsx'

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>

/** The hosted page in one of its states, as a whole document. A pure function of what it shows. */
export function renderVerifyPage(
  screen: Screen,
  { locale, brand, inboxUrl }: { locale: Locale; brand: string; inboxUrl?: string | undefined },
): string {
  const copy = pageCopy[locale]
  return renderPage({
    locale,
    brand,
    title: copy.title(headingOf(screen, copy), brand, 'problem' in screen && screen.problem !== undefined),
    style: 'page-style',
    script: 'page',
    inboxUrl,
    children: <Body screen={screen} copy={copy} brand={brand} />,
  })
}

function Body({ screen, copy, brand }: { screen: Screen; copy: PageCopy; brand: string }) {
  switch (screen.name) {
    case 'choose':
      return <Choose screen={screen} copy={copy} />
    case 'code':
      return <EnterCode screen={screen} copy={copy} brand={brand} />
    case 'lapsed':
      return <Lapsed screen={screen} copy={copy} />
    case 'deny':
      return <Deny screen={screen} copy={copy} />
    case 'approved':
      return <Approved screen={screen} copy={copy} brand={brand} />
    case 'telling':
      return <Telling screen={screen} copy={copy} brand={brand} />
  }
}

function headingOf(screen: Screen, copy: PageCopy): string {
  switch (screen.name) {
    case 'choose':
    case 'lapsed':
      return copy.chooseHeading
    case 'code':
      return copy.codeHeading
    case 'deny':
      return copy.denyHeading
    case 'approved':
      return copy.approvedHeading
    case 'telling':
      return copy.screens[screen.telling].heading
  }
}

function Choose({ screen: { card, problem }, copy }: { screen: Of<'choose'>; copy: PageCopy }) {
  return (
    <main>
      <Problem text={problem} href="#send" copy={copy} />
      <h1>{copy.chooseHeading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{copy.chooseText(card.lastFour)}</p>
      {card.enrolls && <p class="soft small">{copy.willEnroll}</p>}
      <form method="post" action={`/t/${card.id}/resend`} data-once>
        <input type="hidden" name="version" value={card.version} />
        <button id="send" class="button" type="submit">
          {copy.chooseButton}
        </button>
      </form>
      <Safe card={card} copy={copy} />
    </main>
  )
}

function EnterCode({ screen, copy, brand }: { screen: Of<'code'>; copy: PageCopy; brand: string }) {
  const { card, code, problem, wrong, notice } = screen
  return (
    <main data-now={code.now} data-expires-at={code.expiresAt}>
      <Problem text={problem} href={wrong ? '#code' : '#resend'} copy={copy} />
      {notice && (
        <p class="notice notice-success" role="status">
          {notice}
        </p>
      )}
      <h1>{copy.codeHeading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{copy.sent(card.lastFour, code.minutesLeft)}</p>
      {card.enrolls && <p class="soft small">{copy.willEnroll}</p>}
      <p class="notice notice-warning" id="expired" hidden>
        {copy.codeExpired}
      </p>
      <p class="notice notice-warning" id="offline" role="alert" hidden>
        {copy.offline}
      </p>
      <CodeForm card={card} code={code} copy={copy} problem={wrong ? problem : undefined} />
      <ResendForm card={card} resend={code.resend} copy={copy} />
      <details open={code.helpOpen}>
        <summary>{copy.helpSummary}</summary>
        <p>{copy.helpSignal(card.lastFour)}</p>
        <p>{copy.helpNumber(brand)}</p>
      </details>
      <Safe card={card} copy={copy} />
      <p
        id="live"
        class="visually-hidden"
        role="status"
        data-expiring={copy.expiring}
        data-expired={copy.codeExpired}
        data-checking={copy.checking}
      />
    </main>
  )
}

function Lapsed({ screen: { card, now, resend, problem }, copy }: { screen: Of<'lapsed'>; copy: PageCopy }) {
  return (
    <main data-now={now}>
      <Problem text={problem} href="#resend" copy={copy} />
      <h1>{copy.chooseHeading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{copy.chooseText(card.lastFour)}</p>
      <ResendForm card={card} resend={resend} copy={copy} primary />
      <Safe card={card} copy={copy} />
    </main>
  )
}

function Deny({ screen: { card }, copy }: { screen: Of<'deny'>; copy: PageCopy }) {
  return (
    <main>
      <h1>{copy.denyHeading}</h1>
      <SummaryCard card={card} copy={copy} title={copy.cardTitleOver} />
      <p>{copy.denyText}</p>
      <form class="actions" method="post" action={`/t/${card.id}/deny`} data-once>
        <button class="button button-danger" type="submit">
          {copy.denyButton}
        </button>
        <a class="button button-secondary" href={`/t/${card.id}`}>
          {copy.denyBack}
        </a>
      </form>
    </main>
  )
}

function Approved({
  screen: { card, returnUrl },
  copy,
  brand,
}: {
  screen: Of<'approved'>
  copy: PageCopy
  brand: string
}) {
  return (
    <main>
      <div class="receipt" role="status">
        <h1>{copy.approvedHeading}</h1>
        <p>{returnUrl ? copy.approvedReturning(brand) : copy.approvedDone}</p>
      </div>
      <SummaryCard card={card} copy={copy} title={copy.cardTitleApproved} />
      {card.enrolls && <p>{copy.enrolled(card.lastFour)}</p>}
      {returnUrl && (
        <a class="button" href={returnUrl}>
          {copy.continueTo(brand)}
        </a>
      )}
    </main>
  )
}

function Telling({ screen, copy, brand }: { screen: Of<'telling'>; copy: PageCopy; brand: string }) {
  const { telling, card, exit, retryAfterS } = screen
  const { heading, text } = copy.screens[telling]
  return (
    <main>
      <h1>{heading}</h1>
      <p>{text({ brand, reference: screen.reference ?? card?.reference ?? '', at: screen.at ?? '' })}</p>
      {retryAfterS !== undefined && <p>{copy.waitSeconds(retryAfterS)}</p>}
      {card && (
        <SummaryCard card={card} copy={copy} title={telling === 'used' ? copy.cardTitleApproved : copy.cardTitleOver} />
      )}
      {exit && (
        <a class="button" href={exit.href}>
          {exit.to === 'transaction' ? copy.review : exit.to === 'retry' ? copy.tryAgain : copy.backTo(brand)}
        </a>
      )}
    </main>
  )
}

/** The summary of what is wrong: it takes the focus, and says the same words as the field. */
function Problem({ text, href, copy }: { text: string | undefined; href: string; copy: PageCopy }) {
  if (!text) return null
  return (
    <Alert>
      <h2 id="problem">{copy.problem}</h2>
      <a href={href}>{text}</a>
    </Alert>
  )
}

function Alert({ children }: { children: ComponentChildren }) {
  return (
    <div class="error-summary" role="alert" tabIndex={-1} autofocus aria-labelledby="problem">
      {children}
    </div>
  )
}

function Safe({ card, copy }: { card: CardView; copy: PageCopy }) {
  return (
    <p class="aside small">
      {copy.safe} <a href={`/t/${card.id}/deny`}>{copy.deny}</a>.
    </p>
  )
}
