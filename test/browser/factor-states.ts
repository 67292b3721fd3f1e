import type { Page } from 'playwright-core'
import type { Told } from '../support/ask.ts'
import { wrong } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'
import type { HostedState } from './hosted-states.ts'
import {
  approve,
  enrolApp,
  enrolEmail,
  giveAuthenticator,
  type Member,
  makePasskey,
  must,
  newMember,
  payoutOf,
  timeOf,
} from './member.ts'
import { arrive, type Locale, press } from './visit.ts'

type Reach = HostedState['reach']
let emails = 0

async function open(page: Page, url: string): Promise<number> {
  return (await arrive(page, () => page.goto(url))).status()
}

/** A member's payout, asked for by this way on the page. */
function chosen(
  way: string,
  prepare: (server: TestServer, member: Member) => Promise<unknown> = async () => {},
  more = {},
): Reach {
  return async (page, server, locale) => {
    const member = await newMember(server)
    await prepare(server, member)
    const { url } = await payoutOf(server, member, { locale, ...more })
    await page.goto(url)
    return (await press(page, `button[value=${way}]`)).status()
  }
}

const withEmail = (server: TestServer, member: Member) => enrolEmail(server, member, `ana${++emails}@example.com`)

async function pendingContact(
  server: TestServer,
  locale: Locale,
  contact: object,
): Promise<{ member: Member; made: Told }> {
  const member = await newMember(server)
  const made = await must<Told>(server, `${member.path}/contacts`, { ...contact, locale })
  return { member, made }
}

/** The states of channels, factors and enrolment. */
export const factorStates: HostedState[] = [
  {
    name: 'many ways to choose from',
    status: 200,
    reach: async (page, server, locale) => {
      const member = await newMember(server)
      await enrolApp(server, member)
      await withEmail(server, member)
      const { url } = await payoutOf(server, member, { locale, kind: 'registration.finalize' })
      return open(page, url)
    },
  },
  { name: 'code by whatsapp', status: 200, reach: chosen('whatsapp') },
  { name: 'code by call', status: 200, reach: chosen('call') },
  { name: 'code by e-mail', status: 200, reach: chosen('email', withEmail, { kind: 'registration.finalize' }) },
  { name: 'code of the app', status: 200, reach: chosen('totp', enrolApp) },
  {
    name: 'wrong code of the app',
    status: 422,
    reach: async (page, server, locale) => {
      await chosen('totp', enrolApp)(page, server, locale)
      await page.fill('#code', wrong('999999'))
      return (await press(page, 'form[action$="/check"] button')).status()
    },
  },
  {
    name: 'recovery code',
    status: 200,
    reach: async (page, server, locale) => {
      await chosen('totp', enrolApp)(page, server, locale)
      return open(page, `${page.url().split('?')[0]}?recovery=1`)
    },
  },
  {
    name: 'wrong number',
    status: 200,
    reach: async (page, server, locale) => {
      await chosen('sms')(page, server, locale)
      return open(page, `${page.url().split('?')[0]}/number`)
    },
  },
  {
    name: 'new phone to prove',
    status: 200,
    reach: async (page, server, locale) => {
      const { member, made } = await pendingContact(server, locale, { phone: '+5511987651234' })
      await approve(server, made.id, member.phone)
      return open(page, made.url)
    },
  },
  {
    name: 'new e-mail proven',
    status: 200,
    reach: async (page, server, locale) => {
      const email = `bia${++emails}@example.com`
      const { member, made } = await pendingContact(server, locale, { email })
      await approve(server, made.id, member.phone)
      await approve(server, made.id, email, 'email')
      return open(page, made.url)
    },
  },
  {
    name: 'app to scan',
    status: 200,
    reach: async (page, server, locale) => {
      const member = await newMember(server)
      const made = await must<Told>(server, `${member.path}/factors`, { type: 'totp', name: 'Celular', locale })
      await approve(server, made.id, member.phone)
      return open(page, made.url)
    },
  },
  {
    name: 'app turned on, recovery codes',
    status: 200,
    reach: async (page, server, locale) => {
      const member = await newMember(server)
      const made = await must<Told>(server, `${member.path}/factors`, { type: 'totp', name: 'Celular', locale })
      await approve(server, made.id, member.phone)
      await page.goto(made.url)
      const { body } = await server.api<{ secret: string }>(`/v1/transactions/${made.id}/enrolment`)
      const { Secret, TOTP } = await import('otpauth')
      const code = new TOTP({ secret: Secret.fromBase32(body.secret) }).generate({ timestamp: await timeOf(server) })
      await page.fill('#code', code)
      return (await press(page, 'form[action$="/enrol"] button')).status()
    },
  },
  {
    name: 'passkey to make',
    status: 200,
    reach: async (page, server, locale) => {
      const member = await newMember(server)
      const made = await must<Told>(server, `${member.path}/factors`, { type: 'passkey', name: 'Aparelho', locale })
      await approve(server, made.id, member.phone)
      return open(page, made.url)
    },
  },
]

/** The states that only a browser with scripts reaches. */
export const passkeyStates: HostedState[] = [
  {
    name: 'passkey to use',
    status: 200,
    reach: async (page, server, locale) => {
      const session = await giveAuthenticator(page)
      const member = await newMember(server)
      await makePasskey(page, server, member)
      const { url } = await payoutOf(server, member, { locale })
      await page.goto(url)
      const { status } = { status: (await press(page, 'button[value=passkey]')).status() }
      await session.detach()
      return status
    },
  },
]
