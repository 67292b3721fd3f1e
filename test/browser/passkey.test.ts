import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Told } from '../support/ask.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { giveAuthenticator, makePasskey, newMember, payoutOf } from './member.ts'
import { press, visit } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

async function statusOf(id: string) {
  return (await server.api<Told>(`/v1/transactions/${id}`)).body
}

/** Presses the passkey's button and waits for the page that follows. */
async function usePasskey(page: Page) {
  await press(page, 'button[value=passkey]')
  await Promise.all([page.waitForNavigation(), page.click('#passkey')])
}

describe("Chromium's own authenticator", () => {
  test('enrols a passkey on our pages and approves a payout with it', () =>
    visit(server.origin, {}, async (page) => {
      await giveAuthenticator(page)
      const member = await newMember(server)
      await makePasskey(page, server, member)
      const { id, url } = await payoutOf(server, member)
      await page.goto(url)
      await usePasskey(page)
      expect(await page.textContent('h1')).toBe('Confirmado')
      expect(await statusOf(id)).toMatchObject({ status: 'approved', approved_by: ['passkey'] })
    }))

  test('makes a passkey right after a success, by a code of its own', () =>
    visit(server.origin, {}, async (page) => {
      await giveAuthenticator(page)
      const member = await newMember(server)
      const { url } = await payoutOf(server, member)
      await page.goto(url)
      await press(page, '#send')
      await page.fill('#code', await server.latestCode(member.phone))
      await press(page, 'form[action$="/check"] button')
      await press(page, '.offer button')
      expect(await page.textContent('.summary')).toContain('Criar chave de acesso')
      await press(page, '#send')
      await page.fill('#code', await server.latestCode(member.phone))
      await press(page, 'form[action$="/check"] button')
      await page.click('#passkey')
      await page.waitForSelector('.receipt')
      const { body } = await server.api<{ factors: object[] }>(member.path)
      expect(body.factors).toMatchObject([{ type: 'passkey' }])
    }))

  test('that does not verify its user approves nothing, and the other ways stay a touch away', () =>
    visit(server.origin, {}, async (page) => {
      const session = await giveAuthenticator(page)
      const member = await newMember(server)
      await makePasskey(page, server, member)
      const { authenticatorId } = (await session.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'usb', hasUserVerification: false },
      })) as { authenticatorId: string }
      expect(authenticatorId).not.toBe('')
      const { id, url } = await payoutOf(server, member)
      await page.goto(url)
      await press(page, 'button[value=passkey]')
      await session.send('WebAuthn.disable')
      await session.send('WebAuthn.enable')
      await session.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: false,
          automaticPresenceSimulation: true,
        },
      })
      await page.click('#passkey')
      await page.waitForSelector('#passkey-cancelled:not([hidden])')
      expect(await statusOf(id)).toMatchObject({ status: 'pending', next_action: { checks_left: 5 } })
      await press(page, 'button[value=sms]')
      await page.fill('#code', await server.latestCode(member.phone))
      await press(page, 'form[action$="/check"] button')
      expect((await statusOf(id)).status).toBe('approved')
    }))
})
