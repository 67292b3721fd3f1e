import type { Attack, AttackMessage } from './attack.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import type { SendPolicy, SimulatedEvent, StartEvent } from './policy.ts'
import type { Random } from './random.ts'
import { minute, second } from './time.ts'
import { codeLivesMs, type World } from './world.ts'

/** What became of an honest session: 0 nothing yet, 1 the code was entered, 2 and 3 refused: moved to another channel, or told no. */
export const sessionStates = { open: 0, completed: 1, diverted: 2, denied: 3 } as const

/** What an attacker got. */
export interface AttackTally {
  asked: number
  leaked: number
  leakedUsd: number
  /** When the first message that counts was refused; undefined for never. */
  firstRefusalAt: number | undefined
  guessesAllowed: number
  takeovers: number
  /** USD leaked in each span of `leakBinMs`, from the time that the tally began. */
  leakedUsdByBin: number[]
}

/** The width of a bin of `leakedUsdByBin`. */
export const leakBinMs = 5 * minute

/** A world and a policy that live through time together. */
export interface Run {
  /** One of `sessionStates` for each session of the world. */
  readonly states: Uint8Array
  /** Lets everything happen that is due before `until`. */
  advance(until: number): void
  /** Lets the attacker at it, until nobody begins anything at or after `until`; then what has begun comes to its end. */
  attack(attack: Attack, random: Random, from: number, until: number): AttackTally
  /** Lets everything happen that begins before `until`, and what has begun come to its end. Nothing begins after it. */
  drain(until: number): void
  /** Where the world stands, for runs that go on from here; undefined where the policy cannot be copied. */
  snapshot(): RunSnapshot | undefined
}

export interface RunSnapshot {
  cursor: number
  queue: EventQueue
  states: Uint8Array
  policy: unknown
}

/** Sees every event that the policy sees, and whether it is an attacker's. */
export type Observe = (event: SimulatedEvent, attacker: boolean) => void

const kinds = { start: 0, delivered: 1, undelivered: 2, wrong: 3, right: 4, solved: 5 } as const
const solvesAfterMs = 5 * second
// Six digits.
const guessIsRight = 1e-6

/** Begins at the beginning, or where the snapshot was taken of a run over the same world. */
export function createRun(world: World, policy: SendPolicy, from?: RunSnapshot, observe?: Observe): Run {
  const { sessions } = world
  const queue = from ? from.queue.copy() : createEventQueue()
  const states = from ? from.states.slice() : new Uint8Array(sessions.count)
  let cursor = from?.cursor ?? 0
  if (from) policy.restore?.(from.policy)

  let attacker: Attacker | undefined

  const check = (t: number, id: string, correct: boolean, ofAttacker: boolean): boolean => {
    const event = { t, type: 'check' as const, id, correct }
    if (policy.mayCheck && !policy.mayCheck(event)) return false
    observe?.(event, ofAttacker)
    policy.check(event)
    return true
  }

  const report = (t: number, type: 'delivered' | 'undelivered', id: string, ofAttacker: boolean) => {
    const event = { t, type, id }
    observe?.(event, ofAttacker)
    policy.delivered(event)
  }

  const ask = (t: number, session: number, attempt: number, solved: boolean) => {
    const subject = sessions.subject[session]
    const event: StartEvent = {
      t,
      type: 'start',
      id: idOf(session, attempt, solved, false),
      to: sessions.to[session] as string,
      channel: 'sms',
      ip: sessions.ip[session] as string,
      ip_country: sessions.ipCountry[session] as string,
      known_number: sessions.asker[session] !== 0,
      known_device: sessions.asker[session] === 2,
      price: sessions.price[session] as number,
    }
    if (subject !== undefined) event.subject = subject
    if (sessions.asker[session] === 2) event.device = `d-${subject}`
    if (solved) event.challenge_solved = true
    observe?.(event, false)
    const { action } = policy.start(event)
    if (action === 'allow') {
      if (!world.arrives(session, attempt, t)) {
        queue.push(t + 15 * second, codeOf(kinds.undelivered, session, attempt, solved, false))
        if (world.asksAgain(session, attempt, 'undelivered')) {
          queue.push(
            t + world.asksAgainAfter(session, attempt),
            codeOf(kinds.start, session, attempt + 1, false, false),
          )
        }
        return
      }
      const entersAfter = world.entersAfter(session, attempt)
      queue.push(t + Math.min(entersAfter / 2, 4 * second), codeOf(kinds.delivered, session, attempt, solved, false))
      if (!world.enters(session) || entersAfter > codeLivesMs) return
      if (world.mistypes(session)) {
        queue.push(t + entersAfter * 0.8, codeOf(kinds.wrong, session, attempt, solved, false))
      }
      queue.push(t + entersAfter, codeOf(kinds.right, session, attempt, solved, false))
      return
    }
    states[session] = action === 'divert' ? sessionStates.diverted : sessionStates.denied
    if (action === 'challenge' && !solved && world.solves(session)) {
      queue.push(t + solvesAfterMs, codeOf(kinds.solved, session, attempt, true, false))
      return
    }
    if (world.asksAgain(session, attempt, 'refused')) {
      queue.push(t + world.asksAgainAfter(session, attempt), codeOf(kinds.start, session, attempt + 1, false, false))
    }
  }

  const happens = (t: number, code: number) => {
    const kind = code & 7
    const attempt = (code >> 3) & 3
    const solved = (code & 32) !== 0
    const ofAttacker = (code & 64) !== 0
    const index = code >>> 7
    if (ofAttacker) {
      attacker?.happens(t, kind, index, solved)
      return
    }
    if (kind === kinds.start || kind === kinds.solved) return ask(t, index, attempt, solved)
    const id = idOf(index, attempt, solved, false)
    if (kind === kinds.delivered) return report(t, 'delivered', id, false)
    if (kind === kinds.undelivered) return report(t, 'undelivered', id, false)
    if (!check(t, id, kind === kinds.right, false)) states[index] = sessionStates.denied
    else if (kind === kinds.right) states[index] = sessionStates.completed
  }

  const advance = (until: number, nextAttackAt: () => number, attack: () => void) => {
    for (;;) {
      const sessionAt = cursor < sessions.count ? (sessions.at[cursor] as number) : Infinity
      const attackAt = nextAttackAt()
      const queuedAt = queue.nextAt
      const first = Math.min(sessionAt, attackAt, queuedAt)
      if (first >= until) return
      if (first === queuedAt) happens(queuedAt, queue.pop())
      else if (first === sessionAt) ask(sessionAt, cursor++, 0, false)
      else attack()
    }
  }
  const never = () => Infinity
  const nothing = () => undefined
  const drain = () => {
    // Beyond the last session: nobody begins anything any more.
    cursor = sessions.count
    advance(Infinity, never, nothing)
  }

  interface Attacker {
    tally: AttackTally
    happens(t: number, kind: number, index: number, solved: boolean): void
  }

  const createAttacker = (attack: Attack, random: Random, from: number) => {
    const messages: AttackMessage[] = []
    const tally: AttackTally = {
      asked: 0,
      leaked: 0,
      leakedUsd: 0,
      firstRefusalAt: undefined,
      guessesAllowed: 0,
      takeovers: 0,
      leakedUsdByBin: [],
    }
    const send = (t: number, index: number, solved: boolean) => {
      const message = messages[index] as AttackMessage
      const id = idOf(index, 0, solved, true)
      const event: StartEvent = {
        t,
        type: 'start',
        id,
        to: message.to,
        channel: 'sms',
        ip: message.ip,
        ip_country: message.ipCountry,
        known_number: message.knownNumber,
        known_device: false,
        price: message.price,
      }
      if (message.subject !== undefined) event.subject = message.subject
      if (solved) event.challenge_solved = true
      if (message.counts && !solved) tally.asked += 1
      observe?.(event, true)
      const { action } = policy.start(event)
      attack.answered?.(message, action)
      if (action === 'challenge' && !solved) {
        queue.push(t + solvesAfterMs, codeOf(kinds.solved, index, 0, true, true))
        return
      }
      if (action !== 'allow') {
        if (message.counts) tally.firstRefusalAt ??= t
        return
      }
      if (message.counts) {
        const bin = Math.floor((t - from) / leakBinMs)
        tally.leaked += 1
        tally.leakedUsd += message.price
        tally.leakedUsdByBin[bin] = (tally.leakedUsdByBin[bin] ?? 0) + message.price
      }
      queue.push(t + 4 * second, codeOf(kinds.delivered, index, 0, solved, true))
      for (let guess = 0; guess < message.guesses; guess += 1) {
        queue.push(t + (5 + guess * 2) * second, codeOf(kinds.wrong, index, 0, solved, true))
      }
      if (message.entersAfter >= 0) queue.push(t + message.entersAfter, codeOf(kinds.right, index, 0, solved, true))
    }
    const taken = new Set<number>()
    attacker = {
      tally,
      happens(t, kind, index, solved) {
        const id = idOf(index, 0, solved, true)
        if (kind === kinds.solved) return send(t, index, true)
        if (kind === kinds.delivered) return report(t, 'delivered', id, true)
        if (kind === kinds.right) {
          check(t, id, true, true)
          return
        }
        if (taken.has(index)) return
        const lucky = random.next() < guessIsRight
        if (!check(t, id, lucky, true)) return
        tally.guessesAllowed += 1
        if (!lucky) return
        taken.add(index)
        tally.takeovers += 1
      },
    }
    return {
      tally,
      begin(message: AttackMessage) {
        messages.push(message)
        send(message.t, messages.length - 1, false)
      },
    }
  }

  return {
    states,
    advance: (until) => advance(until, never, nothing),
    attack(attack, random, from, until) {
      const { tally, begin } = createAttacker(attack, random, from)
      let next = attack.next()
      advance(
        until,
        () => next?.t ?? Infinity,
        () => {
          begin(next as AttackMessage)
          next = attack.next()
        },
      )
      drain()
      tally.leakedUsdByBin = Array.from(tally.leakedUsdByBin, (usd) => usd ?? 0)
      return tally
    },
    drain(until) {
      advance(until, never, nothing)
      drain()
    },
    snapshot() {
      if (!policy.snapshot || !policy.restore) return undefined
      return { cursor, queue: queue.copy(), states: states.slice(), policy: policy.snapshot() }
    },
  }
}

/** Whether a refusal kept somebody from a code that would have come and been entered. */
export function isWithheld(world: World, states: Uint8Array, session: number): boolean {
  return (states[session] as number) >= sessionStates.diverted && world.completesAt(session) >= 0
}

// Kind, attempt, solved, whose, and which: 3, 2, 1, 1 and 25 bits.
function codeOf(kind: number, index: number, attempt: number, solved: boolean, ofAttacker: boolean): number {
  return kind | (attempt << 3) | (solved ? 32 : 0) | (ofAttacker ? 64 : 0) | (index << 7)
}

// Says nothing of who asks: multiplying by an odd number is a bijection of 32 bits, so no two ids are the same.
function idOf(index: number, attempt: number, solved: boolean, ofAttacker: boolean): string {
  return (Math.imul(codeOf(0, index, attempt, solved, ofAttacker) >> 3, 0x9e3779b1) >>> 0).toString(36)
}
