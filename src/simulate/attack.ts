import type { SendAction } from './policy.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'
import type { WorldName } from './world-options.ts'

/** One request of an attacker. */
export interface AttackMessage {
  t: number
  to: string
  ip: string
  ipCountry: string
  subject?: string
  knownNumber: boolean
  price: number
  /** False for what an attacker spends to get a good name: it is no leak, and its refusal no success. */
  counts: boolean
  /** When the attacker enters the right code, in milliseconds from sending; -1 for never. */
  entersAfter: number
  /** How many wrong codes the attacker tries. */
  guesses: number
}

/** An attacker at work. It hears what became of a message before it sends the next. */
export interface Attack {
  /** The next message, not earlier than the one before; undefined when the attacker stops. */
  next(): AttackMessage | undefined
  answered?(message: AttackMessage, action: SendAction): void
}

/** What an attacker knows. */
export interface AttackContext {
  world: World
  random: Random
}

/** An attack that can be put on a world, its times in milliseconds from the beginning of the world. */
export interface Campaign {
  id: string
  title: string
  world: WorldName
  /** When the attacker begins to prepare. */
  preparesAt: number
  /** When the messages that count begin and end. */
  from: number
  to: number
  /** Until when honest people count as asking while it goes on; later than `to` where the attack aims at what comes after it. */
  aimsUntil: number
  /** Whether geographic permissions would stop it: all its numbers are in countries that a Brazilian organiser need not open. */
  abroad: boolean
  create(context: AttackContext): Attack
}
