import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, payout, wrong } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'
import type { Account, Ledger, VerifyAccount } from './ledger.ts'

interface Reply {
  status: number
  body: Json
}

const triesMax = 200
const pauseMaxMs = 300

/** Clients that work through whole transactions and verifications, ask again where no answer came, and note what they were told. */
export function startClients(server: TestServer, ledger: Ledger, count: number): { stop(): Promise<void> } {
  let working = true
  const clients = Array.from({ length: count }, async (_, i) => {
    while (working) await (i % 3 === 2 ? verify() : transact())
  })

  async function transact(): Promise<void> {
    const request = payout({ factor: 'sms' })
    const account: Account = {
      key: `kill-${request.subject}`,
      subject: request.subject,
      phone: request.contact.phone,
      ids: new Set(),
      checksAnswered: 0,
      approvedAnswered: 0,
      releaseIds: new Set(),
      acknowledged: false,
      releasedUnasked: 0,
      rightCodeAsked: false,
    }
    ledger.accounts.push(account)
    const headers = { 'idempotency-key': account.key }
    // Asked at least twice, so that a repeat after a crash is not rare.
    for (let made = 0, tries = 0; made < 2 && tries < triesMax && working; tries++) {
      const reply = await ask('/v1/transactions', request, headers)
      if (reply?.status === 201) {
        account.ids.add(reply.body.id)
        made++
        continue
      }
      // Not answered, not able for the moment (which is noted), or busy with the first request: later. Anything else is odd.
      const later = !reply || reply.status === 503 || reply.body.code === 'idempotency_in_flight'
      if (!later) ledger.oddities.push(`create ${text(reply)}`)
      await sleep(Math.min(pauseMaxMs, 30 * (tries + 1)))
    }
    const [id] = account.ids
    if (!id) return
    const at = `/v1/transactions/${id}`
    const early = await ask(`${at}/release`, {})
    if (early?.status === 200) account.releasedUnasked++
    const code = await newestCode(account.phone)
    if (!code) return
    for (let slips = randomInt(3); slips > 0; slips--)
      noteCheck(account, await ask(`${at}/checks`, { code: wrong(code) }))
    account.rightCodeAsked = true
    noteCheck(account, await ask(`${at}/checks`, { code }))
    if (randomInt(8) > 0) await release(account, at)
  }

  async function release(account: Account, at: string): Promise<void> {
    const [a, b] = await Promise.all([ask(`${at}/release`, {}), ask(`${at}/release`, {})])
    for (const reply of [a, b]) if (reply?.status === 200) account.releaseIds.add(reply.body.release_id)
    const [releaseId] = account.releaseIds
    if (!releaseId) return
    const done = await ask(`${at}/release/ack`, { release_id: releaseId })
    if (done?.status === 200) account.acknowledged = true
  }

  async function verify(): Promise<void> {
    const to = payout().contact.phone
    const account: VerifyAccount = { to, sids: new Set(), checksAnswered: 0, approvedAnswered: 0 }
    ledger.verifications.push(account)
    const started = await askForm('/Verifications', { To: to, Channel: 'sms' })
    if (started?.status === 201) account.sids.add(started.body.sid)
    const code = await newestCode(to)
    if (!code) return
    for (const attempt of [wrong(code), wrong(code), code, code]) {
      const reply = await askForm('/VerificationCheck', { To: to, Code: attempt })
      if (reply?.status !== 200) continue
      account.checksAnswered++
      if (reply.body.status === 'approved') account.approvedAnswered++
      account.sids.add(reply.body.sid)
    }
  }

  async function ask(path: string, body: unknown, headers = {}): Promise<Reply | undefined> {
    return heard(() => server.api<Json>(path, body, { headers }))
  }

  async function askForm(path: string, form: Record<string, string>): Promise<Reply | undefined> {
    return heard(() => server.verify<Json>(path, form))
  }

  async function heard(asking: () => Promise<Reply>): Promise<Reply | undefined> {
    ledger.asked++
    try {
      const reply = await asking()
      if (reply.status >= 500) ledger.oddities.push(text(reply))
      return reply
    } catch {
      ledger.unanswered++
      await sleep(15)
      return undefined
    }
  }

  async function newestCode(to: string): Promise<string | undefined> {
    for (let tries = 0; tries < 3; tries++) {
      const query = new URLSearchParams({ to })
      const reply = await heard(() => server.api<Json>(`/dev/api/messages?${query}`, undefined, { key: null }))
      if (reply) return reply.body.messages[0]?.code
      await sleep(200)
    }
    return undefined
  }

  return {
    async stop() {
      working = false
      await Promise.all(clients)
    },
  }
}

function noteCheck(account: Account, reply: Reply | undefined): void {
  if (reply?.status !== 200) return
  account.checksAnswered++
  if (reply.body.status === 'approved') account.approvedAnswered++
}

function text({ status, body }: Reply): string {
  return `${status} ${JSON.stringify(body).slice(0, 300)}`
}
