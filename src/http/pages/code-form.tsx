import type { PageCopy } from './copy/copy.ts'
import type { CardView, CodeView, ResendView, Way } from './screen.ts'
import { untranslated } from './untranslated.ts'

/** The one field of the page, and the button that names the act. */
export function CodeForm({
  card,
  code,
  copy,
  problem,
}: {
  card: CardView
  code: CodeView
  copy: PageCopy
  problem?: string | undefined
}) {
  const { noun, nounOf } = card.act
  const isApp = code.way.factor === 'totp'
  return (
    <form method="post" action={`/t/${card.id}/check`} novalidate data-once>
      <input type="hidden" name="version" value={card.version} />
      <input type="hidden" name="checks" value={card.checks} />
      <CodeField
        digits={code.digits}
        label={copy.codeLabel(code.digits)}
        hint={isApp && !code.recovery ? copy.app.codeHint : copy.codeHint}
        problem={problem}
      />
      <button class="button" type="submit">
        {copy.confirm(card.amount ? nounOf : noun, card.amount)}
      </button>
    </form>
  )
}

/** A code in slots, as one real field. */
export function CodeField({
  digits,
  label,
  hint,
  problem,
}: {
  digits: number
  label: string
  hint: string
  problem?: string | undefined
}) {
  return (
    <div class={problem ? 'field invalid' : 'field'}>
      <label class="label" for="code">
        {label}
      </label>
      <p class="hint" id="code-hint">
        {hint}
      </p>
      {problem && (
        <p class="field-error" id="code-error">
          {problem}
        </p>
      )}
      <div class="slots" data-digits={digits}>
        <input
          id="code"
          name="code"
          type="text"
          inputmode="numeric"
          autocomplete="one-time-code"
          autocorrect="off"
          autocapitalize="off"
          spellcheck={false}
          {...untranslated}
          dir="ltr"
          data-digits={digits}
          aria-describedby={problem ? 'code-hint code-error' : 'code-hint'}
          aria-invalid={problem ? 'true' : undefined}
        />
      </div>
    </div>
  )
}

/** The form that sends once more. The server decides when; the text says it without a script. */
export function ResendForm({
  card,
  way,
  resend,
  copy,
  primary,
}: {
  card: CardView
  way: Way
  resend: ResendView
  copy: PageCopy
  primary?: boolean
}) {
  if (resend.left === 'none')
    return (
      <p class="resend soft small" id="resend">
        {copy.resendNone}
      </p>
    )
  const cooling = resend.waitS > 0
  return (
    <form class="resend" method="post" action={`/t/${card.id}/resend`} data-once>
      <input type="hidden" name="version" value={card.version} />
      <input type="hidden" name="factor" value={way.factor} />
      {resend.left === 'one' && <p class="small">{copy.resendLast}</p>}
      <button
        id="resend"
        class={primary ? 'button' : 'button button-secondary'}
        type="submit"
        aria-disabled={cooling ? 'true' : undefined}
        aria-describedby={cooling ? 'resend-wait' : undefined}
      >
        {primary ? copy.newCode : wayCopy(way.factor, copy).resend}
      </button>
      {cooling && (
        <p class="soft small" id="resend-wait" data-resend-at={resend.at} data-ready={copy.resendReady}>
          {copy.resendIn} <span class="number">{clockText(resend.waitS)}</span>
        </p>
      )}
    </form>
  )
}

/** One button for each way: a touch chooses it. The first may be the page's main one. */
export function Ways({
  card,
  ways,
  copy,
  primary,
}: {
  card: CardView
  ways: readonly Way[]
  copy: PageCopy
  primary?: boolean
}) {
  return (
    <form class="ways" method="post" action={`/t/${card.id}/resend`} data-once>
      <input type="hidden" name="version" value={card.version} />
      {ways.map(({ factor, to, held }, i) => {
        const { way, hint } = wayCopy(factor, copy)
        const main = primary && i === 0
        return (
          <button
            key={factor}
            id={main ? 'send' : undefined}
            class={`button way way-${factor}${main ? '' : ' button-secondary'}`}
            type="submit"
            name="factor"
            value={factor}
          >
            {way}
            <span class="way-hint">{held ? copy.heldWay : hint(to)}</span>
          </button>
        )
      })}
    </form>
  )
}

/** The ways beside the one that the page is about, under a heading of their own. */
export function OtherWays(props: { card: CardView; ways: readonly Way[]; copy: PageCopy }) {
  if (props.ways.length === 0) return null
  return (
    <section class="others" aria-labelledby="others">
      <h2 id="others">{props.copy.chooseOther}</h2>
      <Ways {...props} />
    </section>
  )
}

/** What is said of a way. */
export function wayCopy(factor: Way['factor'], copy: PageCopy) {
  if (factor === 'totp') return { ...copy.app, hint: () => copy.app.hint, resend: copy.app.way }
  if (factor === 'passkey') return { ...copy.passkey, hint: () => copy.passkey.hint, resend: copy.passkey.way }
  return copy.channels[factor]
}

export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
