import type { PhoneNote } from '../store/organizers.ts'
import type { PortalText } from '../text/catalogue.ts'
import { ariaOf, Field } from './parts.tsx'

interface PhoneFieldProps {
  text: PortalText
  phone: PhoneNote
  value: string
  error: string | undefined
}

/** The mobile: asked for once, afterwards shown by its last digits and not to be changed here. */
export function PhoneField({ text, phone, value, error }: PhoneFieldProps) {
  if (phone.enrolled) {
    return (
      <div class="field">
        <p class="label">{text.phoneKnown}</p>
        <p class="number">{phone.last4 ? text.phoneLast4({ last4: phone.last4 }) : text.phoneEnrolled}</p>
        <p class="hint">{text.phoneKnownHint}</p>
      </div>
    )
  }
  return (
    <Field id="phone" label={text.phone} hint={text.phoneHint} error={error}>
      <input
        class="input input-medium"
        id="phone"
        name="phone"
        type="tel"
        value={value}
        autocomplete="tel"
        {...ariaOf({ id: 'phone', hint: text.phoneHint, error })}
      />
    </Field>
  )
}
