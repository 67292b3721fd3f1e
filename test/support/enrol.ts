import { Secret, TOTP } from 'otpauth'
import { createAuthenticator } from './authenticator.ts'
import { type Doors, payout, publicUrl } from './doors.ts'

/** A subject with an enrolled phone, as the platform sees it. */
export async function enrolledSubject(doors: Doors, more: Record<string, unknown> = {}) {
  const first = payout({ factor: 'sms', ...more })
  const made = await doors.v1('POST', '/transactions', first)
  const { phone } = first.contact
  await doors.v1('POST', `/transactions/${made.body.id}/checks`, { code: doors.codeFor(phone) })
  return { subject: first.subject, phone, path: `/subjects/${encodeURIComponent(first.subject)}` }
}

export type Enrolled = Awaited<ReturnType<typeof enrolledSubject>>

/** Approves the transaction by a text message to this phone. */
export async function approveBySms(doors: Doors, id: string, phone: string) {
  const asked = await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
  if (asked.status !== 200) throw new Error(asked.text)
  return doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(phone) })
}

/** Enrols a passkey in software, and gives the authenticator that holds it. */
export async function enrolPasskey(doors: Doors, { path, phone }: Enrolled, name = 'Laptop') {
  const authenticator = createAuthenticator({ rpId: 'localhost', origin: publicUrl })
  const { id } = (await doors.v1('POST', `${path}/factors`, { type: 'passkey', name })).body
  await approveBySms(doors, id, phone)
  const open = await doors.v1('GET', `/transactions/${id}/enrolment`)
  const credential = authenticator.register({ publicKey: open.body.public_key })
  const finished = await doors.v1('POST', `/transactions/${id}/enrolment`, { credential })
  return { authenticator, finished, id, factor: finished.body.factor?.id as string }
}

/** Enrols an authenticator app, and gives what makes its codes. */
export async function enrolApp(doors: Doors, { path, phone }: Enrolled) {
  const { id } = (await doors.v1('POST', `${path}/factors`, { type: 'totp', name: 'Celular' })).body
  await approveBySms(doors, id, phone)
  const open = await doors.v1('GET', `/transactions/${id}/enrolment`)
  const app = new TOTP({ secret: Secret.fromBase32(open.body.secret) })
  const codeAt = (steps = 0) => app.generate({ timestamp: doors.clock.now() + steps * 30_000 })
  const finished = await doors.v1('POST', `/transactions/${id}/enrolment`, { code: codeAt() })
  return { codeAt, finished, id, open, recoveryCodes: finished.body.recovery_codes as string[] }
}

/** Opens a payout of this subject, and asks for this factor. */
export async function openPayout(
  doors: Doors,
  { subject }: Enrolled,
  factor: string,
  more: Record<string, unknown> = {},
) {
  const { contact: _, ...body } = payout({ subject, ...more })
  const made = await doors.v1('POST', '/transactions', body)
  if (made.status !== 201) throw new Error(made.text)
  const asked = await doors.v1('POST', `/transactions/${made.body.id}/challenges`, { factor })
  return { id: made.body.id as string, made, asked }
}
