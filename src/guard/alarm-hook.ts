import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Outbound } from '../lib/outbound.ts'
import type { Random } from '../lib/random.ts'
import type { Secret } from '../lib/secret.ts'
import type { Alarm } from './caps.ts'
import type { GuardLog } from './send-guard.ts'
import type { SprayAlarm } from './spraying.ts'

/** Who is told when a cap is nearly spent, or guesses are sprayed. */
export interface AlarmHook {
  url: string
  /** `whsec_` and base64. */
  secret: Secret
}

/** Waits between tries: five in a quarter of an hour. */
const waitsMs = [1_000, 10_000, 60_000, 600_000]

/**
 * Tells the log of the process, and by a POST signed by Standard Webhooks (standardwebhooks.com) whoever is set. One that is not taken is
 * tried five times, with one `webhook-id`; a process that ends meanwhile tries no more, for the log has said it.
 */
export function createAlarm(deps: {
  hook: AlarmHook | undefined
  outbound: Pick<Outbound, 'post'>
  clock: Pick<Clock, 'now'>
  random: Random
  log: GuardLog
  waits?: readonly number[]
}): (alarm: Alarm | SprayAlarm) => Promise<void> {
  const { hook, outbound, clock, random, log, waits = waitsMs } = deps
  const signer = hook && new Webhook(hook.secret.reveal())
  return async (alarm) => {
    const { type, data } = tellingOf(alarm)
    log.warn({ type, ...data }, 'the guard raises an alarm')
    if (!hook || !signer) return
    const id = newId('alm', clock.now(), random)
    const body = JSON.stringify({ type, timestamp: new Date(clock.now()).toISOString(), data })
    for (const wait of [0, ...waits]) {
      if (wait > 0) await sleep(wait, undefined, { ref: false })
      const at = new Date(clock.now())
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signer.sign(id, at, body),
      }
      const status = await outbound.post(hook.url, headers, body).catch(() => 0)
      if (status >= 200 && status < 300) return
    }
    log.warn({ type }, 'nobody took an alarm of the guard')
  }
}

function tellingOf(alarm: Alarm | SprayAlarm): { type: string; data: Record<string, string | number> } {
  if ('kind' in alarm) {
    const { right, wrong, usual } = alarm
    return { type: 'guard.spraying', data: { right, wrong, usual_wrong_per_right: rounded(usual) } }
  }
  const { label, percent, spentUsd, capUsd } = alarm
  return { type: 'guard.cap_reached', data: { cap: label, percent, spent_usd: rounded(spentUsd), cap_usd: capUsd } }
}

function rounded(usd: number): number {
  return Math.round(usd * 100) / 100
}
