import { isChannel } from '../../model/factor.ts'
import type { Locale } from '../../model/locale.ts'
import { CodeForm, OtherWays, ResendForm, Ways, wayCopy } from './code-form.tsx'
import { type PageCopy, pageCopy } from './copy/copy.ts'
import { Enrol, enrolHeading } from './enrol-page.tsx'
import { renderPage } from './layout.tsx'
import { PasskeyForm } from './passkey-form.tsx'
import { Problem } from './problem-summary.tsx'
import type { CardView, CodeView, Screen, Way } from './screen.ts'
import { SummaryCard } from './summary-card.tsx'
import { Work } from './work-page.tsx'

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
    children: <Body screen={screen} copy={copy} brand={brand} inboxUrl={inboxUrl} />,
  })
}

function Body({
  screen,
  copy,
  brand,
  inboxUrl,
}: {
  screen: Screen
  copy: PageCopy
  brand: string
  inboxUrl: string | undefined
}) {
  switch (screen.name) {
    case 'choose':
      return <Choose screen={screen} copy={copy} />
    case 'code':
      return <EnterCode screen={screen} copy={copy} />
    case 'passkey':
      return <Passkey screen={screen} copy={copy} />
    case 'work':
      return (
        <Work screen={screen} copy={copy}>
          <Safe card={screen.card} copy={copy} />
        </Work>
      )
    case 'number':
      return <WrongNumber screen={screen} copy={copy} />
    case 'enrolApp':
    case 'enrolPasskey':
    case 'enrolled':
      return <Enrol screen={screen} copy={copy} brand={brand} inboxUrl={inboxUrl} />
    case 'lapsed':
      return <Lapsed screen={screen} copy={copy} />
    case 'deny':
      return <Deny screen={screen} copy={copy} />
    case 'callOff':
      return <CallOff screen={screen} copy={copy} />
    case 'approved':
      return <Approved screen={screen} copy={copy} brand={brand} />
    case 'telling':
      return <Telling screen={screen} copy={copy} brand={brand} />
  }
}

function headingOf(screen: Screen, copy: PageCopy): string {
  switch (screen.name) {
    case 'choose':
      return chooseHeading(screen.ways, screen.next, copy)
    case 'lapsed':
      return copy.chooseHeading
    case 'code':
      return wayCopy(screen.code.way.factor, copy).heading
    case 'passkey':
      return copy.passkey.heading
    case 'work':
      return copy.chooseHeading
    case 'number':
      return copy.wrongNumber.heading
    case 'enrolApp':
    case 'enrolPasskey':
    case 'enrolled':
      return enrolHeading(screen, copy)
    case 'deny':
      return copy.denyHeading
    case 'callOff':
      return copy.callOff.heading
    case 'approved':
      return copy.approvedHeading
    case 'telling':
      return copy.screens[screen.telling].heading
  }
}

function Choose({ screen: { card, ways, next, problem }, copy }: { screen: Of<'choose'>; copy: PageCopy }) {
  const [first, ...others] = ways
  return (
    <main>
      <Problem text={problem} href="#send" copy={copy} />
      {next && (
        <p class="notice notice-success" role="status">
          {copy.moreToProve}
        </p>
      )}
      <h1>{chooseHeading(ways, next, copy)}</h1>
      <SummaryCard card={card} copy={copy} />
      {next === 'target' && first && <p>{copy.targetText(addressOf(first, copy))}</p>}
      {card.delayHours > 0 && <p class="soft small">{copy.targetDelay(card.delayHours)}</p>}
      {card.enrolls && <p class="soft small">{copy.willEnroll(card.enrolls)}</p>}
      {first && <Ways card={card} ways={[first]} copy={copy} primary />}
      <OtherWays card={card} ways={others} copy={copy} />
      <Safe card={card} copy={copy} />
    </main>
  )
}

function chooseHeading(ways: readonly Way[], next: Of<'choose'>['next'], copy: PageCopy): string {
  if (next !== 'target') return copy.chooseHeading
  return ways[0]?.factor === 'email' ? copy.targetHeading.email : copy.targetHeading.phone
}

function addressOf({ factor, to }: Way, copy: PageCopy): string {
  return factor === 'email' ? copy.address.email(to) : copy.address.phone(to)
}

function EnterCode({ screen, copy }: { screen: Of<'code'>; copy: PageCopy }) {
  const { card, code, ways, problem, wrong, notice } = screen
  const { way, delivery } = code
  const channel = isChannel(way.factor) ? way.factor : undefined
  return (
    <main data-now={code.now} data-expires-at={code.expiresAt} data-news={delivery === undefined ? undefined : card.id}>
      <Problem text={problem} href={wrong ? '#code' : '#resend'} copy={copy} />
      {notice && (
        <p class="notice notice-success" role="status">
          {notice}
        </p>
      )}
      {delivery === 'undelivered' && channel && (
        <p class="notice notice-warning" role="status">
          {copy.undelivered[channel]}
        </p>
      )}
      <h1>{wayCopy(way.factor, copy).heading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{sentText(code, copy)}</p>
      {card.enrolls && <p class="soft small">{copy.willEnroll(card.enrolls)}</p>}
      <p class="notice notice-warning" id="expired" hidden>
        {copy.codeExpired}
      </p>
      <p class="notice notice-warning" id="offline" role="alert" hidden>
        {copy.offline}
      </p>
      {delivery === 'undelivered' && ways.length > 0 && <Ways card={card} ways={ways} copy={copy} />}
      <CodeForm card={card} code={code} copy={copy} problem={wrong ? problem : undefined} />
      {code.resend && <ResendForm card={card} way={way} resend={code.resend} copy={copy} />}
      <details open={code.helpOpen}>
        <summary>{channel ? copy.helpSummary : copy.otherWays}</summary>
        <p>{channel ? copy.channels[channel].help(way.to) : copy.app.help}</p>
        {!channel && !code.recovery && (
          <p>
            <a href={`/t/${card.id}?recovery=1`}>{copy.app.recoveryLink}</a>
          </p>
        )}
        {delivery !== 'undelivered' && ways.length > 0 && <Ways card={card} ways={ways} copy={copy} />}
        <p>
          <a href={`/t/${card.id}/number`}>{copy.wrongNumberLink}</a>
        </p>
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

function sentText({ way, delivery, minutesLeft, recovery }: CodeView, copy: PageCopy): string {
  if (!isChannel(way.factor)) return recovery ? copy.app.recoveryPrompt : copy.app.prompt
  return delivery === 'sending' ? copy.sending : copy.channels[way.factor].sent(way.to, minutesLeft ?? 1)
}

function Passkey({ screen, copy }: { screen: Of<'passkey'>; copy: PageCopy }) {
  const { card, options, payment, ways, problem } = screen
  const { noun, nounOf } = card.act
  return (
    <main data-now="1">
      <Problem text={problem} href="#passkey" copy={copy} />
      <h1>{copy.passkey.heading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{copy.passkey.prompt(card.amount, card.payee)}</p>
      <PasskeyForm
        ceremony="get"
        action={`/t/${card.id}/check`}
        options={options}
        payment={payment}
        cancelled={copy.passkey.cancelled}
        button={copy.passkey.button(card.amount ? nounOf : noun, card.amount)}
        copy={copy}
      >
        <input type="hidden" name="version" value={card.version} />
        <input type="hidden" name="checks" value={card.checks} />
      </PasskeyForm>
      <OtherWays card={card} ways={ways} copy={copy} />
      <Safe card={card} copy={copy} />
    </main>
  )
}

function WrongNumber({ screen, copy }: { screen: Of<'number'>; copy: PageCopy }) {
  const { card, ways, holdHours } = screen
  return (
    <main>
      <h1>{copy.wrongNumber.heading}</h1>
      <p>{copy.wrongNumber.text(holdHours)}</p>
      <SummaryCard card={card} copy={copy} />
      {ways.length > 0 && <Ways card={card} ways={ways} copy={copy} />}
      <a class="button button-secondary" href={`/t/${card.id}`}>
        {copy.back}
      </a>
    </main>
  )
}

function Lapsed({ screen, copy }: { screen: Of<'lapsed'>; copy: PageCopy }) {
  const { card, way, ways, now, resend, problem } = screen
  return (
    <main data-now={now}>
      <Problem text={problem} href="#resend" copy={copy} />
      <h1>{copy.chooseHeading}</h1>
      <SummaryCard card={card} copy={copy} />
      <p>{wayCopy(way.factor, copy).hint(way.to)}</p>
      <ResendForm card={card} way={way} resend={resend} copy={copy} primary />
      <OtherWays card={card} ways={ways} copy={copy} />
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

function CallOff({ screen: { card }, copy }: { screen: Of<'callOff'>; copy: PageCopy }) {
  return (
    <main>
      <h1>{copy.callOff.heading}</h1>
      <SummaryCard card={card} copy={copy} title={copy.cardTitleOver} />
      <p>{copy.callOff.text}</p>
      <form class="actions" method="post" action={`/t/${card.id}/call-off`} data-once>
        <button class="button button-danger" type="submit">
          {copy.callOff.button}
        </button>
      </form>
    </main>
  )
}

function Approved({
  screen: { card, returnUrl, offersPasskey, held },
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
        <p>{returnUrl && !held ? copy.approvedReturning(brand) : copy.approvedDone}</p>
      </div>
      {held && <p class="notice notice-warning">{held}</p>}
      <SummaryCard card={card} copy={copy} title={copy.cardTitleApproved} />
      {card.enrolls && <p>{copy.enrolled(card.enrolls)}</p>}
      {offersPasskey && (
        <form class="offer scripted" method="post" action={`/t/${card.id}/passkey`} data-once>
          <p>{copy.passkeyOffer}</p>
          <button class="button button-secondary" type="submit">
            {copy.passkeyCreate}
          </button>
        </form>
      )}
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

function Safe({ card, copy }: { card: CardView; copy: PageCopy }) {
  return (
    <p class="aside small">
      {copy.safe} <a href={`/t/${card.id}/deny`}>{copy.deny}</a>.
    </p>
  )
}
