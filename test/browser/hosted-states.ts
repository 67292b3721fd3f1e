import type { Page } from 'playwright-core'
import { type Asked, ask } from '../support/ask.ts'
import { wrong } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'
import { at } from './organizer.ts'
import { arrive, type Locale, press } from './visit.ts'

/** Brings a fresh page into one state, and gives the HTTP status that it came with. */
export interface HostedState {
  name: string
  status: number
  reach(page: Page, server: TestServer, locale: Locale): Promise<number>
}

const minute = 60_000

async function open(page: Page, server: TestServer, more: Record<string, unknown>): Promise<Asked> {
  const asked = await ask(server, more)
  await page.goto(asked.url)
  return asked
}

async function submitCode(page: Page, code: string): Promise<number> {
  await page.fill(at.code, code)
  return (await press(page, at.approve)).status()
}

async function guessWrong(page: Page, server: TestServer, { phone }: Asked, times: number): Promise<number> {
  const code = wrong(await server.latestCode(phone))
  let status = 0
  for (let i = 0; i < times; i++) status = await submitCode(page, code)
  return status
}

async function reload(page: Page): Promise<number> {
  return (await arrive(page, () => page.reload())).status()
}

/** Ends a transaction through the API and shows what its page says then. */
function ended(act: (server: TestServer, asked: Asked) => Promise<unknown>): HostedState['reach'] {
  return async (page, server, locale) => {
    const asked = await open(page, server, { locale })
    await act(server, asked)
    return reload(page)
  }
}

const malformed = (typed: string): HostedState['reach'] => {
  return async (page, server, locale) => {
    await open(page, server, { locale })
    return submitCode(page, typed)
  }
}

const guessed = (times: number): HostedState['reach'] => {
  return async (page, server, locale) => guessWrong(page, server, await open(page, server, { locale }), times)
}

const resent = (times: number): HostedState['reach'] => {
  return async (page, server, locale) => {
    await open(page, server, { locale })
    let status = 0
    for (let i = 0; i < times; i++) {
      await server.advanceClock(2 * minute)
      await reload(page)
      status = (await press(page, at.resend)).status()
    }
    return status
  }
}

const lapsed = (before: (...at: Parameters<HostedState['reach']>) => Promise<unknown>): HostedState['reach'] => {
  return async (page, server, locale) => {
    await before(page, server, locale)
    await server.advanceClock(11 * minute)
    return reload(page)
  }
}

export const hostedStates: HostedState[] = [
  {
    name: 'unknown link',
    status: 404,
    reach: async (page, server, locale) => {
      const { url } = await ask(server)
      return (await arrive(page, () => page.goto(`${url}x&lang=${locale}`))).status()
    },
  },
  {
    name: 'no code sent yet',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale, factor: undefined })
      return reload(page)
    },
  },
  {
    name: 'code entry, the resend cooling',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return reload(page)
    },
  },
  { name: 'nothing typed', status: 422, reach: malformed('') },
  { name: 'code too short', status: 422, reach: malformed('1234') },
  {
    name: 'resend asked for too soon',
    status: 429,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      // What a browser without the script sends.
      const send = () => page.evaluate(() => document.querySelector<HTMLFormElement>('form.resend')?.submit())
      return (await arrive(page, send)).status()
    },
  },
  { name: 'code resent', status: 200, reach: resent(1) },
  { name: 'one send left', status: 200, reach: resent(3) },
  { name: 'no sends left, code alive', status: 200, reach: resent(4) },
  { name: 'no sends left, code expired', status: 429, reach: lapsed(resent(4)) },
  { name: 'wrong code', status: 422, reach: guessed(1) },
  { name: 'wrong code for the third time', status: 422, reach: guessed(3) },
  { name: 'wrong code, last try left', status: 422, reach: guessed(4) },
  { name: 'locked', status: 423, reach: guessed(5) },
  { name: 'code expired', status: 410, reach: lapsed((page, server, locale) => open(page, server, { locale })) },
  {
    name: 'changed meanwhile',
    status: 409,
    reach: async (page, server, locale) => {
      const { id, phone } = await open(page, server, { locale })
      const code = await server.latestCode(phone)
      const { status, body } = await server.api(
        `/v1/transactions/${id}`,
        { summary: { payee: 'Another' } },
        { method: 'PATCH' },
      )
      if (status !== 200) throw new Error(`it was not changed (${status}: ${JSON.stringify(body)})`)
      return submitCode(page, code)
    },
  },
  {
    name: 'approved',
    status: 200,
    reach: async (page, server, locale) => {
      const { phone } = await open(page, server, { locale })
      return submitCode(page, await server.latestCode(phone))
    },
  },
  {
    name: 'used before',
    status: 409,
    reach: async (page, server, locale) => {
      const { url, id, phone } = await open(page, server, { locale })
      const code = await server.latestCode(phone)
      await server.api(`/v1/transactions/${id}/checks`, { code })
      const answer = await submitCode(page, code)
      return new URL(url).pathname === `/t/${id}` ? answer : 0
    },
  },
  {
    name: 'asked whether to deny',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return (await press(page, '.aside a')).status()
    },
  },
  {
    name: 'denied',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      await press(page, '.aside a')
      return (await press(page, '.button-danger')).status()
    },
  },
  {
    name: 'canceled',
    status: 410,
    reach: ended((server, { id }) => server.api(`/v1/transactions/${id}/cancel`, {})),
  },
  {
    name: 'expired',
    status: 410,
    reach: ended((server) => server.advanceClock(25 * 60 * minute)),
  },
]
