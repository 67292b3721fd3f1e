import type { ComponentChildren } from 'preact'
import type { PortalText } from '../text/catalogue.ts'

/** One sentence to correct and the id of the field that it is about. */
export interface ShownFault {
  field: string
  text: string
}

/** All mistakes in one place, focused when the page opens; each leads to its field. */
export function ErrorSummary({ text, faults }: { text: PortalText; faults: readonly ShownFault[] }) {
  if (faults.length === 0) return null
  return (
    <div class="error-summary" id="problems" tabIndex={-1} autofocus role="alert" aria-labelledby="problems-title">
      <h2 id="problems-title">{faults.length > 1 ? text.problems : text.problem}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={fault.field}>
            <a href={`#${fault.field}`}>{fault.text}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

type FieldProps = {
  id: string
  label: string
  hint?: string | undefined
  error: string | undefined
  children?: ComponentChildren
  class?: string
}

/** A label, its hint and its error around one control. */
export function Field({ id, label, hint, error, children, class: more = '' }: FieldProps) {
  return (
    <div class={`field ${error ? 'invalid' : ''} ${more}`.trim().replace(/\s+/g, ' ')}>
      <label class="label" for={id}>
        {label}
      </label>
      <Hints id={id} hint={hint} error={error} />
      {children}
    </div>
  )
}

/** A question with a few answers to choose from. */
export function Choices(
  props: FieldProps & {
    name: string
    value: string
    options: readonly { value: string; label: string }[]
    compact?: boolean
  },
) {
  const { id, label, hint, error, name, value, options, compact, class: more = '' } = props
  return (
    <fieldset
      class={`field ${error ? 'invalid' : ''} ${more}`.trim().replace(/\s+/g, ' ')}
      aria-describedby={describedBy({ id, hint, error })}
    >
      <legend class="label">{label}</legend>
      <Hints id={id} hint={hint} error={error} />
      <div class={compact ? 'choices' : undefined}>
        {options.map((option, i) => (
          <label class="choice" key={option.value}>
            <input
              type="radio"
              id={i === 0 ? id : `${id}-${option.value}`}
              name={name}
              value={option.value}
              checked={option.value === value}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** What a control says of itself to those who do not see it. */
export function ariaOf({ id, hint, error }: { id: string; hint?: string | undefined; error: string | undefined }) {
  return { 'aria-describedby': describedBy({ id, hint, error }), 'aria-invalid': error ? ('true' as const) : undefined }
}

function describedBy({
  id,
  hint,
  error,
}: {
  id: string
  hint?: string | undefined
  error: string | undefined
}): string | undefined {
  const ids = [...(hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])]
  return ids.length > 0 ? ids.join(' ') : undefined
}

function Hints({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  return (
    <>
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </>
  )
}

/** Something the page has to say before anything else. */
export function Notice({ kind, children }: { kind?: 'success' | 'warning'; children: ComponentChildren }) {
  return (
    <div class={`notice${kind ? ` notice-${kind}` : ''}`} role="status">
      {children}
    </div>
  )
}

/** A button that acts by itself, in a form of its own. */
export function Act({
  action,
  label,
  class: look,
  fields = {},
}: {
  action: string
  label: string
  class: string
  fields?: Record<string, string>
}) {
  return (
    <form method="post" action={action}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button class={look} type="submit">
        {label}
      </button>
    </form>
  )
}
