import type { PageCopy } from './copy/copy.ts'
import type { CardView, CodeView, ResendView } from './screen.ts'
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
  return (
    <form method="post" action={`/t/${card.id}/check`} novalidate data-once>
      <input type="hidden" name="version" value={card.version} />
      <input type="hidden" name="checks" value={card.checks} />
      <div class={problem ? 'field invalid' : 'field'}>
        <label class="label" for="code">
          {copy.codeLabel(code.digits)}
        </label>
        <p class="hint" id="code-hint">
          {copy.codeHint}
        </p>
        {problem && (
          <p class="field-error" id="code-error">
            {problem}
          </p>
        )}
        <div class="slots" data-digits={code.digits}>
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
            data-digits={code.digits}
            aria-describedby={problem ? 'code-hint code-error' : 'code-hint'}
            aria-invalid={problem ? 'true' : undefined}
          />
        </div>
      </div>
      <button class="button" type="submit">
        {copy.confirm(card.amount ? nounOf : noun, card.amount)}
      </button>
    </form>
  )
}

/** The form that sends once more. The server decides when; the text says it without a script. */
export function ResendForm({
  card,
  resend,
  copy,
  primary,
}: {
  card: CardView
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
      {resend.left === 'one' && <p class="small">{copy.resendLast}</p>}
      <button
        id="resend"
        class={primary ? 'button' : 'button button-secondary'}
        type="submit"
        aria-disabled={cooling ? 'true' : undefined}
        aria-describedby={cooling ? 'resend-wait' : undefined}
      >
        {primary ? copy.newCode : copy.resend}
      </button>
      {cooling && (
        <p class="soft small" id="resend-wait" data-resend-at={resend.at} data-ready={copy.resendReady}>
          {copy.resendIn} <span class="number">{clockText(resend.waitS)}</span>
        </p>
      )}
    </form>
  )
}

export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
