import type { AvalSubject, ListedTransaction } from '../aval/client.ts'
import { formatMoment } from './format.ts'
import type { Page, PageContext } from './layout.tsx'
import { Field } from './parts.tsx'
import type { SecurityNotice } from './security-notices.ts'

/** What the organizer approves with, as Aval tells it. */
export interface Security {
  subject: AvalSubject
  /** What was approved, the newest first. */
  approvals: readonly ListedTransaction[]
  notice: SecurityNotice | undefined
}

/** The account page of safety: contacts, authenticator app, passkeys, recovery codes, and what was approved when. */
export function securityPage(context: PageContext, security: Security): Page {
  const { text } = context
  const { notice } = security
  return {
    title: text.securityTitle,
    section: 'security',
    body: (
      <>
        <h1>{text.securityTitle}</h1>
        <p class="soft">{text.securityLead}</p>
        {notice && (
          <p
            class={notice === 'done' || notice === 'called_off' ? 'notice notice-success' : 'notice notice-warning'}
            role="status"
          >
            {text.securityNotices[notice]}
          </p>
        )}
        <Contacts context={context} subject={security.subject} />
        <App context={context} subject={security.subject} />
        <Passkeys context={context} subject={security.subject} />
        <Approvals context={context} approvals={security.approvals} />
      </>
    ),
  }
}

function Contacts({ context, subject }: { context: PageContext; subject: AvalSubject }) {
  const { text, locale } = context
  const shown = subject.contacts.filter(({ status }) => status !== 'replaced')
  const has = (type: 'phone' | 'email') => shown.some((one) => one.type === type)
  return (
    <section class="panel" aria-labelledby="contacts">
      <h2 id="contacts">{text.securityContacts}</h2>
      {shown.length === 0 && <p>{text.securityNoContact}</p>}
      <ul class="plain-list">
        {shown.map((contact) => (
          <li key={contact.id}>
            <p>
              <strong>{contact.type === 'phone' ? text.securityPhone : text.securityEmail}</strong>{' '}
              <span class="number">{contact.address}</span>
            </p>
            {contact.status === 'waiting' && (
              <form class="inline" method="post" action="/seguranca/desistir">
                <p class="soft small">
                  {text.securityWaiting({ when: formatMoment(Date.parse(contact.usable_at), locale) })}
                </p>
                <input type="hidden" name="contact" value={contact.id} />
                <button class="button button-secondary" type="submit">
                  {text.securityCallOff}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {has('phone') && (
        <details>
          <summary>{text.securityChangePhone}</summary>
          <form method="post" action="/seguranca/celular" novalidate>
            <Field id="phone" label={text.securityNewPhone} hint={text.securityNewPhoneHint} error={undefined}>
              <input
                class="input input-medium"
                id="phone"
                name="phone"
                type="tel"
                autocomplete="tel"
                inputmode="tel"
                aria-describedby="phone-hint"
              />
            </Field>
            <label class="choice">
              <input type="checkbox" name="lost" value="1" />
              {text.securityLost}
            </label>
            <button class="button" type="submit">
              {text.securityContinue}
            </button>
          </form>
        </details>
      )}
      <details>
        <summary>{has('email') ? text.securityChangeEmail : text.securityAddEmail}</summary>
        <form method="post" action="/seguranca/email" novalidate>
          <Field id="email" label={text.securityNewEmail} error={undefined}>
            <input
              class="input"
              id="email"
              name="email"
              type="email"
              autocomplete="email"
              spellcheck={false}
              autocapitalize="off"
            />
          </Field>
          <button class="button" type="submit">
            {text.securityContinue}
          </button>
        </form>
      </details>
    </section>
  )
}

function App({ context, subject }: { context: PageContext; subject: AvalSubject }) {
  const { text } = context
  const app = subject.factors.find(({ type }) => type === 'totp')
  return (
    <section class="panel" aria-labelledby="app">
      <h2 id="app">{text.securityApp}</h2>
      <p class="soft">{app ? text.securityAppOn({ left: subject.recovery_codes_left }) : text.securityAppOff}</p>
      <div class="actions">
        <form method="post" action="/seguranca/app">
          <button class="button button-secondary" type="submit">
            {app ? text.securityAppAgain : text.securityAppStart}
          </button>
        </form>
        {app && <Remove id={app.id} name={app.name} context={context} />}
      </div>
    </section>
  )
}

function Passkeys({ context, subject }: { context: PageContext; subject: AvalSubject }) {
  const { text, locale } = context
  const passkeys = subject.factors.filter(({ type }) => type === 'passkey')
  return (
    <section class="panel" aria-labelledby="passkeys">
      <h2 id="passkeys">{text.securityPasskeys}</h2>
      <p class="soft">{text.securityPasskeysLead}</p>
      <ul class="plain-list">
        {passkeys.map((one) => (
          <li key={one.id}>
            <p>
              <strong>{one.name}</strong>{' '}
              <span class="soft small">
                {one.used_at
                  ? text.securityUsed({ when: formatMoment(Date.parse(one.used_at), locale) })
                  : text.securityNeverUsed}
              </span>
            </p>
            <Remove id={one.id} name={one.name} context={context} />
          </li>
        ))}
      </ul>
      <form method="post" action="/seguranca/chave" novalidate>
        <Field id="name" label={text.securityPasskeyName} error={undefined}>
          <input
            class="input input-medium"
            id="name"
            name="name"
            type="text"
            value={text.securityThisDevice}
            maxLength={60}
          />
        </Field>
        <button class="button button-secondary" type="submit">
          {text.securityPasskeyStart}
        </button>
      </form>
    </section>
  )
}

function Remove({ id, name, context: { text } }: { id: string; name: string; context: PageContext }) {
  return (
    <form class="inline" method="post" action="/seguranca/remover">
      <input type="hidden" name="factor" value={id} />
      <button class="button button-secondary" type="submit">
        {text.securityRemove}
        <span class="visually-hidden"> {name}</span>
      </button>
    </form>
  )
}

function Approvals({ context, approvals }: { context: PageContext; approvals: readonly ListedTransaction[] }) {
  const { text, locale } = context
  return (
    <section class="panel" aria-labelledby="approvals">
      <h2 id="approvals">{text.securityApprovals}</h2>
      {approvals.length === 0 ? (
        <p>{text.securityNoApproval}</p>
      ) : (
        <ul class="plain-list">
          {approvals.map(({ id, kind, approved_at, approved_by, summary }) => (
            <li key={id}>
              <p>
                <strong>
                  {(Object.hasOwn(text.securityKinds, kind) && text.securityKinds[kind]) || text.securityOtherKind}
                </strong>
                {' · '}
                <span>{summary.payee}</span>
              </p>
              <p class="soft small">
                <time dateTime={approved_at ?? ''}>{formatMoment(Date.parse(approved_at ?? ''), locale)}</time>
                {' · '}
                {approved_by
                  .map((one) => (Object.hasOwn(text.securityWays, one) && text.securityWays[one]) || one)
                  .join(' + ')}
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
