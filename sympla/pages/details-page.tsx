import { topBanks } from '../brazil/banks.ts'
import { formatTaxId } from '../brazil/cpf-cnpj.ts'
import { pixKeyTypes } from '../brazil/pix-key.ts'
import { type DraftFieldName, type DraftFields, otherBank } from '../model/draft.ts'
import { accountTypes } from '../model/payout.ts'
import { type Fault, findDoubt } from '../model/read-payout.ts'
import type { PhoneNote } from '../store/organizers.ts'
import { describeFault } from './fault-text.ts'
import type { Page, PageContext } from './layout.tsx'
import { type NoticeName, noticeKind } from './notices.ts'
import { ariaOf, Choices, ErrorSummary, Field, Notice } from './parts.tsx'
import { PhoneField } from './phone-field.tsx'

export interface Details {
  fields: DraftFields
  faults: readonly Fault[]
  phone: PhoneNote
  notice: NoticeName | undefined
}

/** Step 1: where the money goes and how much. What was typed stands as it was typed. */
export function detailsPage(context: PageContext, { fields, faults, phone, notice }: Details): Page {
  const { text } = context
  const shown = faults.map((fault) => describeFault(context, fault))
  const errors = new Map(shown.map((fault) => [fault.field, fault.text]))
  const form: FormProps = { ...context, fields, errorOf: (field) => errors.get(field) }
  // An answer that was given stays given, as long as the account is the same.
  const doubt = faults.length > 0 || fields.check_ok !== '' ? findDoubt(fields) : undefined
  return {
    title: text.detailsTitle,
    section: 'payout',
    faulty: faults.length > 0,
    body: (
      <>
        <p class="step">
          <a href="/repasse">{text.back}</a>
          <span class="soft">{text.step({ n: 1, of: 3 })}</span>
        </p>
        <ErrorSummary text={text} faults={shown} />
        <h1>{text.detailsTitle}</h1>
        {notice ? <Notice {...noticeKind(notice)}>{text.notices[notice]}</Notice> : null}
        <form method="post" action="/repasse/dados" novalidate>
          <Choices
            id="method"
            name="method"
            label={text.method}
            error={errors.get('method')}
            value={fields.method}
            options={[
              { value: 'bank', label: text.methodBank },
              { value: 'pix', label: text.methodPix },
            ]}
            compact
          />
          <BankFields {...form} doubt={doubt} />
          <PixFields {...form} />
          <HolderField {...form} />
          <TextField
            form={form}
            name="amount"
            label={text.amount}
            hint={text.amountHint}
            inputMode="decimal"
            class="input-medium"
          />
          <PhoneField text={text} phone={phone} value={fields.phone} error={errors.get('phone')} />
          <div class="actions">
            <button class="button" type="submit">
              {text.continue}
            </button>
          </div>
        </form>
      </>
    ),
  }
}

type FormProps = PageContext & { fields: DraftFields; errorOf(field: DraftFieldName): string | undefined }

function BankFields({ doubt, ...form }: FormProps & { doubt: string | undefined }) {
  const { text, fields, errorOf } = form
  const typeError = errorOf('account_type')
  return (
    <div class="branch-bank">
      <BankSelect {...form} />
      <TextField
        form={form}
        name="bank_other"
        label={text.bankOtherLabel}
        hint={text.bankOtherHint}
        field="bank-other"
      />
      <TextField
        form={form}
        name="agency"
        label={text.agency}
        hint={text.agencyHint}
        inputMode="numeric"
        class="input-short"
      />
      <div class="pair">
        <TextField form={form} name="account" label={text.account} hint={text.accountHint} inputMode="numeric" />
        <TextField form={form} name="digit" label={text.digit} hint={text.digitHint} autocapitalize="characters" />
      </div>
      {doubt === undefined ? null : <DoubtField {...form} doubt={doubt} />}
      <Field id="account_type" label={text.accountType} error={typeError}>
        <select
          class="input"
          id="account_type"
          name="account_type"
          {...ariaOf({ id: 'account_type', error: typeError })}
        >
          {accountTypes.map((type) => (
            <option key={type} value={type} selected={fields.account_type === type}>
              {text.accountTypes[type]}
            </option>
          ))}
        </select>
      </Field>
    </div>
  )
}

function BankSelect({ text, fields, errorOf }: FormProps) {
  const error = errorOf('bank')
  return (
    <Field id="bank" label={text.bank} error={error}>
      <select class="input" id="bank" name="bank" {...ariaOf({ id: 'bank', error })}>
        <option value="">{text.bankChoose}</option>
        {topBanks.map(({ compe, name }) => (
          <option key={compe} value={compe} selected={fields.bank === compe}>
            {`${compe} · ${name}`}
          </option>
        ))}
        <option value={otherBank} selected={fields.bank === otherBank}>
          {text.bankOther}
        </option>
      </select>
    </Field>
  )
}

// A digit that does not match is asked about: the rule may be older than the account.
function DoubtField({ text, fields, errorOf, doubt }: FormProps & { doubt: string }) {
  const [, agency = '', account = ''] = doubt.split(' ')
  const error = errorOf('check_ok')
  return (
    <div class="field doubt">
      <fieldset class="field" aria-describedby="check_ok-hint">
        <legend class="label">{text.question}</legend>
        <p class="hint" id="check_ok-hint">
          {text.checkQuestion({ agency, account })} {text.checkAdvice}
        </p>
        <label class="choice">
          <input
            type="checkbox"
            id="check_ok"
            name="check_ok"
            value={doubt}
            checked={fields.check_ok === doubt}
            aria-invalid={error ? 'true' : undefined}
          />
          {text.checkOk}
        </label>
      </fieldset>
    </div>
  )
}

function PixFields(form: FormProps) {
  const { text, fields, errorOf } = form
  return (
    <div class="branch-pix">
      <Choices
        id="pix_type"
        name="pix_type"
        label={text.pixType}
        error={errorOf('pix_type')}
        value={fields.pix_type}
        options={pixKeyTypes.map((type) => ({ value: type, label: text.pixTypes[type] }))}
        compact
      />
      <TextField form={form} name="pix_key" label={text.pixKey} hint={text.pixKeyHint} autocapitalize="none" />
    </div>
  )
}

function HolderField({ text, organizer, errorOf }: FormProps) {
  const error = errorOf('document')
  const hint = text.holderHint(organizer)
  return (
    <Field id="document" label={text.holder({ kind: text.taxId[organizer.taxId.kind] })} hint={hint} error={error}>
      <input
        class="input input-medium"
        id="document"
        name="document"
        value={formatTaxId(organizer.taxId)}
        readOnly
        {...ariaOf({ id: 'document', hint, error })}
      />
    </Field>
  )
}

interface TextFieldProps {
  form: FormProps
  name: DraftFieldName
  label: string
  hint: string
  inputMode?: 'numeric' | 'decimal'
  autocapitalize?: 'characters' | 'none'
  class?: string
  field?: string
}

function TextField({ form, name, label, hint, inputMode, autocapitalize, class: look, field }: TextFieldProps) {
  const error = form.errorOf(name)
  return (
    <Field id={name} label={label} hint={hint} error={error} {...(field ? { class: field } : {})}>
      <input
        class={look ? `input ${look}` : 'input'}
        id={name}
        name={name}
        value={form.fields[name]}
        autocomplete="off"
        autocapitalize={autocapitalize}
        spellcheck={false}
        inputMode={inputMode}
        {...ariaOf({ id: name, hint, error })}
      />
    </Field>
  )
}
