import type { Page } from 'playwright-core'
import { payout, wrong } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'
import { at } from './organizer.ts'
import { arrive, type Locale, press } from './visit.ts'

/** A transaction of the gate, made as a platform makes it. */
export interface Asked {
  id: string
  url: string
  phone: string
}

/** Brings a fresh page into one state, and gives the HTTP status that it came with. */
export interface HostedState {
  /** As the specification of the page numbers it. */
  name: string
  status: number
  reach(page: Page, server: TestServer, locale: Locale): Promise<number>
}

const minute = 60_000

/** Asks for a transaction of a subject of its own; with `factor` its code is sent at once. */
export async function ask(server: TestServer, more: Record<string, unknown> = {}): Promise<Asked> {
  const body = payout({ factor: 'sms', ...more })
  const { status, body: made } = await server.api<{ id: string; url: string }>('/v1/transactions', body)
  if (status !== 201) throw new Error(`no transaction was made (${status})`)
  return { ...made, phone: body.contact.phone }
}

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

async function sendMore(page: Page, server: TestServer, times: number): Promise<number> {
  let status = 0
  for (let i = 0; i < times; i++) {
    await server.advanceClock(2 * minute)
    await reload(page)
    status = (await press(page, at.resend)).status()
  }
  return status
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

export const hostedStates: HostedState[] = [
  {
    name: 'S0 unknown link',
    status: 404,
    reach: async (page, server, locale) => {
      const { url } = await ask(server)
      return (await arrive(page, () => page.goto(`${url}x&lang=${locale}`))).status()
    },
  },
  {
    name: 'S1 no code sent yet',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale, factor: undefined })
      return reload(page)
    },
  },
  {
    name: 'S3 code entry, S8 with the resend cooling',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return reload(page)
    },
  },
  { name: 'S4 nothing typed', status: 422, reach: malformed('') },
  { name: 'S4 code too short', status: 422, reach: malformed('1234') },
  {
    name: 'S8 resend asked for too soon',
    status: 429,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      // What a browser without the script sends.
      const send = () => page.evaluate(() => document.querySelector<HTMLFormElement>('form.resend')?.submit())
      return (await arrive(page, send)).status()
    },
  },
  {
    name: 'S9 code resent',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return sendMore(page, server, 1)
    },
  },
  {
    name: 'S10 one send left',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return sendMore(page, server, 3)
    },
  },
  {
    name: 'S11 no sends left, code alive',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return sendMore(page, server, 4)
    },
  },
  {
    name: 'S11 no sends left, code expired',
    status: 429,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      await sendMore(page, server, 4)
      await server.advanceClock(11 * minute)
      return reload(page)
    },
  },
  { name: 'S5 wrong code', status: 422, reach: guessed(1) },
  { name: 'S5 wrong code for the third time', status: 422, reach: guessed(3) },
  { name: 'S6 wrong code, last try left', status: 422, reach: guessed(4) },
  { name: 'S12 locked', status: 423, reach: guessed(5) },
  {
    name: 'S7 code expired',
    status: 410,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      await server.advanceClock(11 * minute)
      return reload(page)
    },
  },
  {
    name: 'S15 changed meanwhile',
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
    name: 'S16 approved',
    status: 200,
    reach: async (page, server, locale) => {
      const { phone } = await open(page, server, { locale })
      return submitCode(page, await server.latestCode(phone))
    },
  },
  {
    name: 'S17 used before',
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
    name: 'S18 asked whether to deny',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      return (await press(page, '.aside a')).status()
    },
  },
  {
    name: 'S18 denied',
    status: 200,
    reach: async (page, server, locale) => {
      await open(page, server, { locale })
      await press(page, '.aside a')
      return (await press(page, '.button-danger')).status()
    },
  },
  {
    name: 'S19 canceled',
    status: 410,
    reach: ended((server, { id }) => server.api(`/v1/transactions/${id}/cancel`, {})),
  },
  {
    name: 'S19 expired',
    status: 410,
    reach: ended((server) => server.advanceClock(25 * 60 * minute)),
  },
]
