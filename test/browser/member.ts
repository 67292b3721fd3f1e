import { Secret, TOTP } from 'otpauth'
import type { CDPSession, Page } from 'playwright-core'
import { ask, type Told } from '../support/ask.ts'
import { payout } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'

/** A subject of a running server with an enrolled phone, as its platform sees it. */
export interface Member {
  subject: string
  phone: string
  path: string
}

const minute = 60_000

export async function newMember(server: TestServer): Promise<Member> {
  const body = payout({ factor: 'sms' })
  const { body: told } = await server.api<Told>('/v1/transactions', body)
  const { phone } = body.contact
  await must(server, `/v1/transactions/${told.id}/checks`, { code: await server.latestCode(phone) })
  await server.advanceClock(minute)
  return { subject: body.subject, phone, path: `/v1/subjects/${body.subject}` }
}

/** POSTs what must be accepted. */
export async function must<Body = Told>(server: TestServer, path: string, body: unknown): Promise<Body> {
  const answer = await server.api<Body>(path, body)
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** A payout of this member, not asked for yet unless `factor` is given. */
export function payoutOf(server: TestServer, { subject, phone }: Member, more: Record<string, unknown> = {}) {
  return ask(server, { subject, contact: { phone }, factor: undefined, ...more })
}

/** Answers by the code of a text message, in the API. */
export async function approve(server: TestServer, id: string, to: string, factor = 'sms'): Promise<void> {
  await must(server, `/v1/transactions/${id}/challenges`, { factor })
  await must(server, `/v1/transactions/${id}/checks`, { code: await server.latestCode(to) })
}

/** The server's own time. */
export async function timeOf(server: TestServer): Promise<number> {
  const { now } = await must<{ now: string }>(server, '/dev/api/clock', { advance_ms: 0 })
  return Date.parse(now)
}

/** Enrols an authenticator app in the API; gives what makes its codes, in a step that was not used yet. */
export async function enrolApp(server: TestServer, member: Member): Promise<() => Promise<string>> {
  const { id } = await must(server, `${member.path}/factors`, { type: 'totp', name: 'App' })
  await approve(server, id, member.phone)
  const { body } = await server.api<{ secret: string }>(`/v1/transactions/${id}/enrolment`)
  const app = new TOTP({ secret: Secret.fromBase32(body.secret) })
  const code = async () => app.generate({ timestamp: await timeOf(server) })
  await must(server, `/v1/transactions/${id}/enrolment`, { code: await code() })
  await server.advanceClock(minute)
  return code
}

/** Enrols an e-mail address in the API, and lets its wait pass. */
export async function enrolEmail(server: TestServer, member: Member, email: string): Promise<void> {
  const { id } = await must(server, `${member.path}/contacts`, { email })
  await approve(server, id, member.phone)
  await approve(server, id, email, 'email')
  await server.advanceClock(25 * 60 * minute)
}

/** Gives the browser a platform authenticator that verifies its user, or one that cannot. */
export async function giveAuthenticator(page: Page, isUserVerified = true): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  })
  return session
}

/** Makes a passkey on the hosted pages, from the request to the page that says it is made. */
export async function makePasskey(page: Page, server: TestServer, member: Member): Promise<void> {
  const made = await must<Told>(server, `${member.path}/factors`, { type: 'passkey', name: 'Aparelho' })
  await approve(server, made.id, member.phone)
  await page.goto(made.url)
  await page.click('#passkey')
  await page.waitForSelector('.receipt')
}
