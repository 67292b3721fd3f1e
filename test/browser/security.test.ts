import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { giveAuthenticator } from './member.ts'
import { at, mobile, reachCode } from './organizer.ts'
import { expectSound, locales, pictures, press, themes, visit, widths } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

describe('Segurança', () => {
  test('takes an organizer from the first payout to a passkey, a payout by it, and an e-mail address that is called off again', () =>
    visit(server.origin, {}, async (page) => {
      await giveAuthenticator(page)
      const open = () => page.goto(`${server.origin}/seguranca`)
      await open()
      expect(await page.textContent('main')).toContain('O primeiro repasse cadastra')
      await reachCode(page, server)
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await press(page, at.approve)
      await server.advanceClock(60_000)

      await open()
      await press(page, 'form[action="/seguranca/chave"] button')
      await press(page, '#send')
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await press(page, at.approve)
      await page.click('#passkey')
      await page.waitForSelector('.receipt')
      await press(page, 'main a.button')
      expect(page.url()).toContain('/seguranca')
      expect(await page.textContent('.notice-success')).toContain('Pronto')
      expect(await page.textContent('main')).toContain('Este aparelho')

      // With a passkey no message is sent, and the page asks for it first.
      await reachCode(page, server, '99,00')
      expect(await page.locator('.ways button').first().getAttribute('value')).toBe('passkey')
      await press(page, 'button[value=passkey]')
      await Promise.all([page.waitForNavigation(), page.click('#passkey')])
      expect(await page.textContent('h1')).toBe('Confirmado')

      await open()
      await page.click('summary:has-text("Cadastrar um e-mail")')
      await page.fill('#email', 'ana@example.com')
      await press(page, 'form[action="/seguranca/email"] button')
      await press(page, 'button[value=passkey]')
      await Promise.all([page.waitForNavigation(), page.click('#passkey')])
      await press(page, '#send')
      await page.fill(at.code, await server.latestCode('ana@example.com'))
      await press(page, at.approve)
      await open()
      expect(await page.textContent('main')).toContain('a•••@example.com')
      await press(page, 'form[action="/seguranca/desistir"] button')
      expect(await page.textContent('.notice-success')).toContain('cancelada')
    }))

  test('says what cannot be done, and changes nothing', () =>
    visit(server.origin, {}, async (page) => {
      await page.goto(`${server.origin}/seguranca`)
      await page.click('summary:has-text("Trocar o celular")')
      await page.fill('#phone', '(11) 8765-4321')
      await press(page, 'form[action="/seguranca/celular"] button')
      expect(await page.textContent('.notice-warning')).toContain('nono dígito')
      await page.click('summary:has-text("Trocar o celular")')
      await page.fill('#phone', mobile.typed)
      await press(page, 'form[action="/seguranca/celular"] button')
      expect(await page.textContent('.notice-warning')).toContain('já é o cadastrado')
    }))

  test.each(locales)('is sound in both themes at every width (%s)', (locale) =>
    visit(server.origin, { locale }, async (page) => {
      await page.goto(`${server.origin}/seguranca?lang=${locale}`)
      for (const summary of await page.locator('summary').all()) await summary.click()
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme })
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 })
          await expectSound(page)
        }
      }
      if (locale === 'pt-BR') await pictures(page, 'portal/security')
    }),
  )
})
