import { type Challenge, solve } from './proof-of-work.ts'

/** What a script adds to the hosted page. Without it every form works; the server decides everything again. */

const main = document.querySelector('main')
const field = document.querySelector<HTMLInputElement>('#code')
const live = document.querySelector<HTMLElement>('#live')
const loadedAt = performance.now()
const serverNow = Number(main?.dataset.now)
const otp = new AbortController()

/** The server's time: its own when the page was made, plus what has passed here. The device's clock may be wrong. */
function now(): number {
  return serverNow + performance.now() - loadedAt
}

function say(text: string | undefined): void {
  if (live && text) live.textContent = text
}

function reveal(id: string, shown: boolean): void {
  const element = document.getElementById(id)
  if (element) element.hidden = !shown
}

if (field) {
  const length = Number(field.dataset.digits)
  const clean = () => {
    const digits = field.value.normalize('NFKC').replace(/\D/g, '').slice(0, length)
    if (digits === field.value) return
    const caret = (field.selectionStart ?? digits.length) - (field.value.length - digits.length)
    field.value = digits
    field.setSelectionRange(Math.max(caret, 0), Math.max(caret, 0))
  }
  field.addEventListener('input', (event) => {
    if (!(event as InputEvent).isComposing) clean()
  })
  field.addEventListener('compositionend', clean)

  // WebOTP, where there is one: the phone offers the code of a message that names this host.
  if ('OTPCredential' in window) {
    const options = { otp: { transport: ['sms'] }, signal: otp.signal } as CredentialRequestOptions
    navigator.credentials
      .get(options)
      .then((credential) => {
        const { code } = (credential ?? {}) as { code?: string }
        if (code && !field.value) field.value = code
        clean()
      })
      .catch(() => {})
  }
}

// A form goes out once. aria-disabled and not disabled: the button keeps the focus and its name.
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-once]')) {
  form.addEventListener('submit', (event) => {
    const button = event.submitter ?? form.querySelector('button')
    if (button?.getAttribute('aria-disabled') === 'true') {
      event.preventDefault()
      return
    }
    otp.abort()
    button?.setAttribute('aria-disabled', 'true')
    button?.classList.add('busy')
    if (field && form.contains(field)) say(live?.dataset.checking)
  })
}

interface Payment {
  payeeName: string
  total: { value: string; currency: string }
  instrument: { displayName: string; icon: string }
  rpId: string
  challenge: string
  credentialIds: string[]
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
}

/** Whether the browser can show a payment itself before a passkey signs it. Some know the question and not the answer. */
async function showsPayments(): Promise<boolean> {
  const known = window.PaymentRequest as unknown as
    | { securePaymentConfirmationAvailability?(): Promise<string> }
    | undefined
  const answer = await known?.securePaymentConfirmationAvailability?.().catch(() => undefined)
  return answer === 'available'
}

/** Lets the browser itself show payee and amount before the passkey signs, where it can; undefined where it cannot. */
async function confirmPayment({ total, ...shown }: Payment): Promise<PublicKeyCredential | undefined> {
  if (!(await showsPayments())) return undefined
  const data = {
    ...shown,
    instrument: { ...shown.instrument, iconMustBeShown: false },
    challenge: bytesOf(shown.challenge),
    credentialIds: shown.credentialIds.map(bytesOf),
    timeout: 300_000,
  }
  const request = new PaymentRequest([{ supportedMethods: 'secure-payment-confirmation', data }], {
    total: { label: shown.payeeName, amount: total },
  })
  if (!(await request.canMakePayment())) return undefined
  const response = await request.show()
  await response.complete('success')
  return response.details
}

/** Makes a passkey, one that may confirm payments where there can be such: of this device, and discoverable. */
async function makePasskey(publicKey: PublicKeyCredentialCreationOptions): Promise<Credential | null> {
  if (!(await showsPayments())) return navigator.credentials.create({ publicKey })
  const authenticatorSelection: AuthenticatorSelectionCriteria = {
    ...publicKey.authenticatorSelection,
    authenticatorAttachment: 'platform',
    residentKey: 'required',
    requireResidentKey: true,
  }
  const extensions = { ...publicKey.extensions, payment: { isPayment: true } } as AuthenticationExtensionsClientInputs
  try {
    return await navigator.credentials.create({ publicKey: { ...publicKey, authenticatorSelection, extensions } })
  } catch (error) {
    if ((error as DOMException).name !== 'NotSupportedError') throw error
    return navigator.credentials.create({ publicKey })
  }
}

/** Asks the device for a passkey and puts its answer into the form. Without one the person chooses another way. */
const ceremony = document.querySelector<HTMLFormElement>('form[data-passkey]')
if (ceremony) {
  const kind = ceremony.dataset.passkey as 'get' | 'create'
  const { PublicKeyCredential: Credential } = window as { PublicKeyCredential?: typeof PublicKeyCredential }
  const unsupported = !Credential?.parseRequestOptionsFromJSON || !Credential.parseCreationOptionsFromJSON
  if (unsupported) {
    reveal('passkey-unsupported', true)
    reveal('passkey', false)
  }
  const button = ceremony.querySelector('button')
  ceremony.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (unsupported || button?.getAttribute('aria-disabled') === 'true') return
    otp.abort()
    reveal('passkey-cancelled', false)
    button?.setAttribute('aria-disabled', 'true')
    button?.classList.add('busy')
    try {
      const options = JSON.parse(ceremony.dataset.options ?? '{}')
      const { payment } = ceremony.dataset
      const paid = payment && (await confirmPayment(JSON.parse(payment)))
      const credential =
        paid ||
        (kind === 'get'
          ? await navigator.credentials.get({ publicKey: Credential.parseRequestOptionsFromJSON(options) })
          : await makePasskey(Credential.parseCreationOptionsFromJSON(options)))
      const answer = ceremony.querySelector<HTMLInputElement>('[name=credential]')
      if (answer) answer.value = JSON.stringify((credential as PublicKeyCredential).toJSON())
      ceremony.submit()
    } catch {
      reveal('passkey-cancelled', true)
      button?.removeAttribute('aria-disabled')
      button?.classList.remove('busy')
    }
  })
}

/** Works something out and asks for the code again with it. Nobody has to do anything, and whoever goes another way meanwhile is let go. */
async function work(form: HTMLFormElement): Promise<void> {
  const status = document.getElementById('work')
  const tell = (text: string | undefined) => {
    if (status && text) status.textContent = text
  }
  let leaving = false
  window.addEventListener('beforeunload', () => {
    leaving = true
  })
  const late = setTimeout(() => tell(status?.dataset.slow), 5000)
  try {
    const challenge: Challenge = JSON.parse(form.dataset.work ?? '')
    const solution = await solve(challenge)
    const proof = form.querySelector<HTMLInputElement>('[name=proof_of_work]')
    if (leaving || !proof) return
    tell(status?.dataset.done)
    proof.value = JSON.stringify({ challenge, solution })
    form.submit()
  } catch {
    status?.classList.add('notice-warning')
    tell(status?.dataset.failed)
  } finally {
    clearTimeout(late)
  }
}

const working = document.querySelector<HTMLFormElement>('form[data-work]')
if (working) void work(working)

// What became of the message is asked for while the page waits; what was typed is not thrown away for it.
let heard: string | undefined
async function listen(): Promise<void> {
  const answer = await fetch(`${location.pathname.split('/').slice(0, 3).join('/')}/news`).catch(() => undefined)
  const news = answer?.ok ? await answer.text() : undefined
  if (news === undefined) return
  if (heard !== undefined && news !== heard && !field?.value) location.reload()
  heard = news
}
if (main?.dataset.news) {
  void listen()
  let asked = 0
  const ears = setInterval(() => {
    if (++asked > 60) clearInterval(ears)
    else if (!document.hidden) void listen()
  }, 4000)
}

window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return
  for (const button of document.querySelectorAll('.busy')) {
    button.classList.remove('busy')
    button.removeAttribute('aria-disabled')
  }
})

// The answer to a form gets the page's own address, so that a refresh reads it and does not send the form again.
if (serverNow) history.replaceState(null, '', location.pathname.replace(/\/(check|resend|enrol)$/, ''))

const wait = document.querySelector<HTMLElement>('#resend-wait')
const expiresAt = Number(main?.dataset.expiresAt ?? Number.POSITIVE_INFINITY)
let warned = false
let over = false

function tick(): void {
  const left = Math.ceil((Number(wait?.dataset.resendAt) - now()) / 1000)
  const clock = wait?.querySelector('span')
  if (wait && clock && left > 0) clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  if (wait && clock && left <= 0) {
    document.getElementById('resend')?.removeAttribute('aria-disabled')
    wait.textContent = wait.dataset.ready ?? ''
    say(wait.dataset.ready)
  }
  const life = expiresAt - now()
  if (life <= 60_000 && life > 0 && !warned) {
    warned = true
    say(live?.dataset.expiring)
  }
  if (life > 0 || over) return
  // The clock goes on: who needs another code waits for its button.
  over = true
  reveal('expired', true)
  say(live?.dataset.expired)
}

const timer = setInterval(tick, 1000)
if (!serverNow) clearInterval(timer)

window.addEventListener('offline', () => reveal('offline', true))
window.addEventListener('online', () => reveal('offline', false))
