import { CodeField } from './code-form.tsx'
import type { PageCopy } from './copy/copy.ts'
import type { EnrolScreen } from './enrol-screen.ts'
import { PasskeyForm } from './passkey-form.tsx'
import { Problem } from './problem-summary.tsx'
import { SummaryCard } from './summary-card.tsx'
import { untranslated } from './untranslated.ts'

type Of<Name extends EnrolScreen['name']> = Extract<EnrolScreen, { name: Name }>

/** The pages on which an app or a passkey is enrolled, and the one after it. */
export function Enrol({
  screen,
  copy,
  brand,
  inboxUrl,
}: {
  screen: EnrolScreen
  copy: PageCopy
  brand: string
  /** Of the dev inbox, in local mode: it has an authenticator app to try with. */
  inboxUrl: string | undefined
}) {
  switch (screen.name) {
    case 'enrolApp':
      return <App screen={screen} copy={copy} inboxUrl={inboxUrl} />
    case 'enrolPasskey':
      return <NewPasskey screen={screen} copy={copy} />
    case 'enrolled':
      return <Done screen={screen} copy={copy} brand={brand} />
  }
}

export function enrolHeading(screen: EnrolScreen, { enrol }: PageCopy): string {
  if (screen.name === 'enrolApp') return enrol.appHeading
  return screen.name === 'enrolPasskey' ? enrol.passkeyHeading : enrol.doneHeading[screen.what]
}

function App({ screen, copy, inboxUrl }: { screen: Of<'enrolApp'>; copy: PageCopy; inboxUrl: string | undefined }) {
  const { card, qr, uri, secret, problem } = screen
  const { enrol } = copy
  return (
    <main data-now="1">
      <Problem text={problem} href="#code" copy={copy} />
      <h1>{enrol.appHeading}</h1>
      <p>{enrol.appText}</p>
      <figure class="qr">
        <img src={qr} alt={enrol.appQr} width="220" height="220" />
        <figcaption>
          {enrol.appSecret}:{' '}
          <a href={uri} class="number" {...untranslated}>
            {secret}
          </a>
        </figcaption>
      </figure>
      {inboxUrl && (
        <form class="local" method="post" action={`${inboxUrl}/apps`} target="aval-inbox">
          <input type="hidden" name="uri" value={uri} />
          <button class="button button-secondary" type="submit">
            {enrol.appLocal}
          </button>
        </form>
      )}
      <form method="post" action={`/t/${card.id}/enrol`} novalidate data-once>
        <CodeField digits={6} label={enrol.appCode} hint={enrol.appHint} problem={problem} />
        <button class="button" type="submit">
          {enrol.appButton}
        </button>
      </form>
    </main>
  )
}

function NewPasskey({ screen, copy }: { screen: Of<'enrolPasskey'>; copy: PageCopy }) {
  const { card, options, returnUrl, problem } = screen
  const { enrol } = copy
  return (
    <main data-now="1">
      <Problem text={problem} href="#passkey" copy={copy} />
      <h1>{enrol.passkeyHeading}</h1>
      <p>{enrol.passkeyText}</p>
      <PasskeyForm
        ceremony="create"
        action={`/t/${card.id}/enrol`}
        options={options}
        cancelled={enrol.passkeyFailed}
        button={enrol.passkeyButton}
        copy={copy}
      />
      {returnUrl && (
        <a class="button button-secondary" href={returnUrl}>
          {copy.notNow}
        </a>
      )}
    </main>
  )
}

function Done({ screen, copy, brand }: { screen: Of<'enrolled'>; copy: PageCopy; brand: string }) {
  const { card, what, recoveryCodes, usableFrom, returnUrl } = screen
  const { enrol } = copy
  return (
    <main>
      <div class="receipt" role="status">
        <h1>{enrol.doneHeading[what]}</h1>
        <p>{what === 'contact' ? enrol.doneText.contact(usableFrom) : enrol.doneText[what]}</p>
      </div>
      {recoveryCodes.length > 0 ? (
        <section class="card" aria-labelledby="recovery">
          <h2 id="recovery">{enrol.recoveryHeading}</h2>
          <p>{enrol.recoveryText}</p>
          <ul class="recovery number" {...untranslated}>
            {recoveryCodes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
        </section>
      ) : (
        <SummaryCard card={card} copy={copy} title={copy.cardTitleApproved} />
      )}
      {returnUrl && (
        <a class="button" href={returnUrl}>
          {recoveryCodes.length > 0 ? enrol.saved : copy.continueTo(brand)}
        </a>
      )}
    </main>
  )
}
