import type { PayoutSignals } from './payouts.ts'
import type { Random } from './random.ts'

/** How thieves get at an account. */
export const vectors = ['SIM swap', 'phished code', 'stolen session', 'stolen device'] as const

export type Vector = (typeof vectors)[number]

/** A change of payout details, what a guard can see of it, and what would come of each thing it may ask for. */
export interface PayoutChange {
  signals: PayoutSignals
  /** Undefined for an honest one. */
  vector: Vector | undefined
  /** Whether a code is entered: one that says nothing, and one that names payee and amount. */
  passesCode: boolean
  passesNamingCode: boolean
  /** Whether a stronger factor is shown: the enrolled one, else a link by e-mail and a code. */
  passesStrong: boolean
  /** When the owner, told by every old channel, cancels. `Infinity` for an honest change, and for an owner who does not look. */
  noticedAfterHours: number
  /** Whether a person who reviews it lets it pass. */
  deceivesReview: boolean
}

/** A change by the owner. A new phone brings device, SIM and password together, as it does in life. */
export function drawHonestChange(random: Random): PayoutChange {
  const chance = chanceOf(random)
  const newPhone = chance(0.03)
  const signals: PayoutSignals = {
    simChangedHours: chance(0.1) ? undefined : chance(newPhone ? 0.25 : 0.001) ? random.next() * 72 : Infinity,
    callForwarding: chance(0.1) ? undefined : chance(0.004),
    voip: chance(0.008),
    newDevice: newPhone || chance(0.08),
    newCountry: chance(0.015),
    impossibleTravel: chance(0.002),
    contactChangedHours: chance(newPhone ? 0.08 : 0.006) ? random.next() * 72 : Infinity,
    passwordChangedHours: chance(newPhone ? 0.3 : 0.015) ? random.next() * 72 : Infinity,
    accountAgeDays: chance(0.06) ? random.next() * 7 : 7 + random.exponential(500),
    payeeOwner: chance(0.12) ? undefined : chance(0.035) ? 'other' : 'same',
    payeeUsedByOther: chance(0.012),
    amount: random.lognormal(1500, 1.3),
    strongFactor: drawStrongFactor(random),
  }
  const passesCode = chance(0.97)
  return {
    signals,
    vector: undefined,
    passesCode,
    passesNamingCode: passesCode,
    passesStrong: chance(signals.strongFactor === 'none' ? 0.88 : 0.95),
    noticedAfterHours: Infinity,
    deceivesReview: true,
  }
}

/** A change by a thief. */
export function drawTheft(random: Random): PayoutChange {
  const chance = chanceOf(random)
  const u = random.next()
  const vector: Vector = u < 0.3 ? 'SIM swap' : u < 0.75 ? 'phished code' : u < 0.9 ? 'stolen session' : 'stolen device'
  const seen = visible[vector]
  const signals: PayoutSignals = {
    simChangedHours: chance(0.04)
      ? undefined
      : chance(seen.simChanged)
        ? random.next() * 72
        : vector === 'SIM swap'
          ? 72 + random.exponential(60)
          : Infinity,
    callForwarding: chance(0.1) ? undefined : chance(seen.callForwarding),
    voip: chance(0.02),
    newDevice: chance(seen.newDevice),
    newCountry: chance(seen.newCountry),
    impossibleTravel: chance(seen.impossibleTravel),
    contactChangedHours: chance(seen.contactChanged) ? random.next() * 24 : Infinity,
    passwordChangedHours: chance(seen.passwordChanged) ? random.next() * 24 : Infinity,
    accountAgeDays: 7 + random.exponential(500),
    payeeOwner: chance(0.12) ? undefined : chance(0.96) ? 'other' : 'same',
    payeeUsedByOther: chance(0.25),
    amount: random.lognormal(7000, 1),
    strongFactor: drawStrongFactor(random),
  }
  const uCode = random.next()
  return {
    signals,
    vector,
    passesCode: uCode < able[vector].code,
    passesNamingCode: uCode < able[vector].namingCode,
    passesStrong: chance(able[vector][signals.strongFactor]),
    noticedAfterHours: chance(0.1) ? Infinity : random.exponential(16),
    deceivesReview: chance(0.15),
  }
}

interface Visible {
  simChanged: number
  callForwarding: number
  newDevice: number
  newCountry: number
  impossibleTravel: number
  contactChanged: number
  passwordChanged: number
}

// Assumptions. A thief with the device looks like its owner; one who has phished a code usually does not.
const visible: Record<Vector, Visible> = {
  'SIM swap': {
    simChanged: 0.98,
    callForwarding: 0.02,
    newDevice: 0.97,
    newCountry: 0.1,
    impossibleTravel: 0.15,
    contactChanged: 0.3,
    passwordChanged: 0.7,
  },
  'phished code': {
    simChanged: 0.002,
    callForwarding: 0.05,
    newDevice: 0.9,
    newCountry: 0.25,
    impossibleTravel: 0.25,
    contactChanged: 0.25,
    passwordChanged: 0.25,
  },
  'stolen session': {
    simChanged: 0.002,
    callForwarding: 0.01,
    newDevice: 0.6,
    newCountry: 0.35,
    impossibleTravel: 0.35,
    contactChanged: 0.2,
    passwordChanged: 0.1,
  },
  'stolen device': {
    simChanged: 0.02,
    callForwarding: 0.02,
    newDevice: 0.03,
    newCountry: 0.02,
    impossibleTravel: 0.02,
    contactChanged: 0.2,
    passwordChanged: 0.3,
  },
}

interface Able {
  code: number
  namingCode: number
  none: number
  totp: number
  passkey: number
}

// Assumptions. What thieves can show: an app's code can be phished too, a passkey cannot, and an unlocked device has it all.
const able: Record<Vector, Able> = {
  'SIM swap': { code: 1, namingCode: 1, none: 0.2, totp: 0.02, passkey: 0 },
  'phished code': { code: 0.92, namingCode: 0.56, none: 0.25, totp: 0.45, passkey: 0 },
  'stolen session': { code: 0.35, namingCode: 0.35, none: 0.15, totp: 0.05, passkey: 0 },
  'stolen device': { code: 1, namingCode: 1, none: 0.9, totp: 0.9, passkey: 0.7 },
}

function drawStrongFactor(random: Random): PayoutSignals['strongFactor'] {
  const u = random.next()
  return u < 0.25 ? 'passkey' : u < 0.45 ? 'totp' : 'none'
}

function chanceOf(random: Random): (share: number) => boolean {
  return (share) => random.next() < share
}
