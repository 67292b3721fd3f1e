import type { Page } from 'playwright-core'
import { callOffKeyOf } from '../../src/gate/page-key.ts'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { type Asked, ask } from '../support/ask.ts'
import type { TestServer } from '../support/server.ts'
import type { HostedState } from './hosted-states.ts'
import { at } from './organizer.ts'
import { arrive, type Locale, press } from './visit.ts'

const hour = 3_600_000
/** A payee with another's document, on a phone alone: a day of waiting. */
const mule = { owner_tax_id: '12345678000195', payee_tax_id: '52998224725' }
const watched = { ...mule, password_changed_at: new Date().toISOString() }

/** Approves what will be held, in the page. */
async function approve(page: Page, server: TestServer, locale: Locale, context: object): Promise<Asked> {
  const asked = await ask(server, { locale, context })
  await page.goto(asked.url)
  await page.fill(at.code, await server.latestCode(asked.phone))
  await press(page, at.approve)
  return asked
}

/** Follows the link of the letter, as whoever is told of it. */
async function follow(page: Page, server: TestServer, { id }: Asked): Promise<number> {
  const [keyId = '', root = ''] = server.credentials.keys.split(':')
  const keys = createKeyRing([{ id: keyId, root: Buffer.from(root, 'base64') }])
  const link = `${server.origin}/t/${id}/call-off?k=${callOffKeyOf(keys, { id, keyId })}`
  return (await arrive(page, () => page.goto(link))).status()
}

/** States of what is approved and waits, on a server whose guard holds things. */
export const heldStates: HostedState[] = [
  {
    name: 'approved and held',
    status: 200,
    reach: async (page, server, locale) => {
      await approve(page, server, locale, mule)
      return (await arrive(page, () => page.reload())).status()
    },
  },
  {
    name: 'approved, and a person looks',
    status: 200,
    reach: async (page, server, locale) => {
      await approve(page, server, locale, watched)
      return (await arrive(page, () => page.reload())).status()
    },
  },
  {
    name: 'asked whether to call it off',
    status: 200,
    reach: async (page, server, locale) => follow(page, server, await approve(page, server, locale, mule)),
  },
  {
    name: 'called off',
    status: 200,
    reach: async (page, server, locale) => {
      await follow(page, server, await approve(page, server, locale, mule))
      return (await press(page, '.button-danger')).status()
    },
  },
  {
    name: 'not held any more',
    status: 409,
    reach: async (page, server, locale) => {
      const asked = await approve(page, server, locale, mule)
      await server.advanceClock(25 * hour)
      return follow(page, server, asked)
    },
  },
]
