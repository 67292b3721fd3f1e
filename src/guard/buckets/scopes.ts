import type { Conditions } from './conditions.ts'
import { nowMs, usualMs } from './conditions.ts'
import type { Draw } from './draw.ts'

/** The buckets of the guard, narrow ones first. */
export const scopes = [
  'ip',
  'net',
  'num',
  'own',
  'block',
  'newdev',
  'home-',
  'home+',
  'country',
  'abroad',
  'growth',
  'stat',
  'control',
] as const
export type Scope = (typeof scopes)[number]

/** Scopes whose buckets hold USD; the others hold messages. */
export const moneyScopes: ReadonlySet<string> = new Set(['home-', 'home+', 'country', 'abroad', 'growth'])

/** A key of a bucket, and what may be shown of it. */
export interface Named {
  key: string
  label: string
}

/** What a message is, to the buckets. */
export interface Message {
  /** Texts and calls have buckets of their own; what pays nobody (WhatsApp, e-mail) has that of its recipient alone. */
  family: 'sms' | 'call' | 'free'
  /** USD. */
  price: number
  /** ISO 3166; `ZZ` where the plan names none. */
  country: string
  isHome: boolean
  recipient: Named
  /** The recipient without its last four digits. */
  block: Named | undefined
  /** Where the user is; undefined where nobody says so. */
  source: { ip: Named; net: Named } | undefined
}

/** How the buckets of a guard are cut: the defaults are those that were measured (docs/guard.md). */
export interface Cuts {
  homeBaseUsd: number
  abroadBaseUsd: number
  countryBaseUsd: number
  growthBaseUsd: number
  /** What a code must be entered, as a share of what is normal, for a bucket to hold its level. */
  narrowTolerance: number
  wideTolerance: number
}

export const defaultCuts: Cuts = {
  homeBaseUsd: 10,
  abroadBaseUsd: 10,
  countryBaseUsd: 1.75,
  growthBaseUsd: 15,
  narrowTolerance: 0.7,
  wideTolerance: 0.85,
}

const hours = 3_600_000
const day = 24 * hours
const everybody = 7
const [unproven, newDevice, known] = [1, 2, 4]
const strangers = unproven + newDevice
const [sourceVouchesFrom, countryVouchesFrom] = [1, 20]

/** The draws of a message: which buckets it needs, and what of them. `here` are the conditions of its country, `abroad` of all others. */
export function drawsFor(message: Message, cuts: Cuts, here: Conditions, abroad: Conditions): Draw[] {
  const { family, recipient, block, source } = message
  const narrow = narrowDraw(here, cuts)
  const draws: Draw[] = []
  if (family === 'free') {
    return [narrow('num', prefixed(family, recipient), everybody, 5, 2, 12 * hours)]
  }
  if (source) {
    draws.push({
      ...narrow('ip', prefixed(family, source.ip), strangers, 8, 60, 12 * hours),
      vouchesFrom: sourceVouchesFrom,
    })
    draws.push({
      ...narrow('net', prefixed(family, source.net), strangers, 25, 200, 12 * hours),
      when: { is: 'unless', voucher: 0 },
    })
  }
  const ip = source ? 0 : -1
  draws.push(narrow('num', prefixed(family, recipient), strangers, 5, 2, 12 * hours))
  draws.push(narrow('own', prefixed(family, recipient), known, 5, 2, 12 * hours))
  if (block) draws.push(narrow('block', prefixed(family, block), unproven, 6, 12, day))
  draws.push({
    ...narrow('newdev', plain('newdev', family, message.country), newDevice, 40, 80, 12 * hours),
    when: { is: 'unless', voucher: ip },
  })
  draws.push(...moneyDraws(message, cuts, here, abroad, draws.length, ip))
  draws.push(...countDraws(message))
  return draws
}

function moneyDraws(
  { family, price, country, isHome }: Message,
  cuts: Cuts,
  here: Conditions,
  abroad: Conditions,
  from: number,
  ip: number,
): Draw[] {
  const wide = (scope: Scope, named: Named, base: number, save: number, { normal, incident }: Conditions): Draw => ({
    ...named,
    scope,
    cost: price * incident,
    pay: price / (cuts.wideTolerance * normal),
    rule: { base, cap: base + save, refillMs: day, fadeMs: day, memoryMs: day },
    classes: unproven,
    effect: 'refuse',
  })
  if (isHome) {
    const save = 0.1 * here.usualDay
    const half = (scope: 'home-' | 'home+', is: 'without' | 'only'): Draw => ({
      ...wide(scope, plain(scope, family, country), cuts.homeBaseUsd, save, here),
      when: { is, voucher: ip },
    })
    return [half('home-', 'without'), half('home+', 'only')]
  }
  const growth = Math.max(cuts.growthBaseUsd, 5 * here.usualDay)
  return [
    {
      ...wide('country', plain('country', family, country), cuts.countryBaseUsd, 0.15 * here.usualDay, here),
      vouchesFrom: countryVouchesFrom,
    },
    {
      ...wide('abroad', plain('abroad', family, ''), cuts.abroadBaseUsd, 0.15 * abroad.usualDay, abroad),
      when: { is: 'unless', voucher: from },
    },
    { ...wide('growth', plain('growth', family, country), growth, 0, { ...here, incident: 1 }), pay: 0 },
  ]
}

function countDraws({ family, country, isHome }: Message): Draw[] {
  const count = (scope: Scope, of: string, classes: number, memoryMs: number): Draw => ({
    ...plain(scope, family, of),
    scope,
    cost: 0,
    pay: 0,
    rule: { base: 0, cap: 0, refillMs: day, fadeMs: day, memoryMs },
    classes,
    effect: 'count',
  })
  return [
    count('stat', country, everybody, usualMs),
    ...(isHome ? [] : [count('stat', 'abroad', everybody, usualMs)]),
    count('control', country, known, nowMs),
  ]
}

function narrowDraw({ normal, incident }: Conditions, { narrowTolerance }: Cuts) {
  return (scope: Scope, named: Named, classes: number, base: number, save: number, refillMs: number): Draw => ({
    key: `${scope}|${named.key}`,
    label: named.label,
    scope,
    cost: incident,
    pay: 1 / (narrowTolerance * normal),
    rule: { base, cap: base + save, refillMs, fadeMs: refillMs, memoryMs: day },
    classes,
    effect: 'refuse',
  })
}

function prefixed(family: string, { key, label }: Named): Named {
  return { key: `${family}|${key}`, label }
}

/** The key of a bucket that holds no person's data. */
export function plain(scope: Scope, family: string, value: string): Named {
  return { key: `${scope}|${family}|${value}`, label: value }
}
