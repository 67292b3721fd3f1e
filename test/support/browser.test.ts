import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNothingFromAxe } from './axe.ts'
import { expectNoSidewaysScroll, withPage } from './browser.ts'

const sound = '<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><p>Text</p></main>'
let server: Server
let origin = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'")
    const broken = request.url === '/broken'
    response.end(broken ? `${sound}<img src="data:,x"><script>late()</script><p style="width:3000px">wide` : sound)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([true, false])('a sound page passes (JavaScript: %s)', async (javaScriptEnabled) => {
  await withPage({ javaScriptEnabled, viewport: { width: 320, height: 640 } }, async (page) => {
    await page.goto(origin)
    await expectNoSidewaysScroll(page)
    await expectNothingFromAxe(page, { scriptless: !javaScriptEnabled })
  })
})

test('a page that breaks a rule of accessibility or of its own security policy does not pass', async () => {
  const visit = withPage({}, async (page) => {
    await page.goto(`${origin}/broken`)
    await expect(expectNothingFromAxe(page)).rejects.toThrow(/image-alt/)
  })
  await expect(visit).rejects.toThrow(/Content Security Policy/)
})
