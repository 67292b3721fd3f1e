import type { ComponentChildren } from 'preact'
import type { PageCopy } from './copy/copy.ts'

/**
 * The form that the script fills with what the device answers. Without a script there is no way to use a passkey, and the page says so;
 * a person who cancels is told, without any blame, that there are other ways.
 */
export function PasskeyForm({
  ceremony,
  action,
  options,
  payment,
  cancelled,
  button,
  copy,
  children,
}: {
  ceremony: 'get' | 'create'
  action: string
  /** JSON for navigator.credentials. */
  options: object
  /** What the browser itself can show of a payment, where it knows how. */
  payment?: object | undefined
  cancelled: string
  button: string
  copy: PageCopy
  children?: ComponentChildren
}) {
  return (
    <>
      <p class="notice notice-warning" id="passkey-cancelled" role="status" hidden>
        {cancelled}
      </p>
      <p class="notice notice-warning" id="passkey-unsupported" hidden>
        {copy.passkey.unsupported}
      </p>
      <noscript>
        <p class="notice notice-warning">{copy.passkey.unsupported}</p>
      </noscript>
      <form
        method="post"
        action={action}
        data-passkey={ceremony}
        data-options={JSON.stringify(options)}
        data-payment={payment && JSON.stringify(payment)}
      >
        {children}
        <input type="hidden" name="credential" />
        <button id="passkey" class="button scripted" type="submit">
          {button}
        </button>
      </form>
    </>
  )
}
