import type { Element } from './factor.ts'

/**
 * How sure an approval must be (the levels of eIDAS, article 8). `low`: one element, an e-mail address too. `substantial`: one element
 * that is not an e-mail address. `high`: a passkey, which verifies its user, or two different elements (PSD2, article 4(30)).
 * `none`: nothing that is enrolled; for the first contact of a subject, and for a change that waits.
 */
export const assurances = ['none', 'low', 'substantial', 'high'] as const
export type Assurance = (typeof assurances)[number]

/** The elements that a transaction has seen proven, as the sum of their bits. */
export type Proven = number

const bits: Record<Element, number> = { phone: 1, email: 2, app: 4, passkey: 8, target: 16 }

/** The bit of an element in the store. */
export function bitOf(element: Element): number {
  return bits[element]
}

/** The bit of the address that is being enrolled. */
export const targetBit = bits.target

/** What is proven of that which was enrolled before: without the target's bit. */
export function enrolledOnly(proven: Proven): Proven {
  return proven & (targetBit - 1)
}

/** The sums of enrolled elements that are not enough for this assurance, always four of them: a statement lists them. */
export function notEnough(assurance: Assurance): readonly [number, number, number, number] {
  switch (assurance) {
    case 'none':
      return [-1, -1, -1, -1]
    case 'low':
      return [0, -1, -1, -1]
    case 'substantial':
      return [0, bits.email, -1, -1]
    case 'high':
      return [0, bits.phone, bits.email, bits.app]
  }
}

/** Whether the enrolled elements among these are enough. */
export function isEnough(assurance: Assurance, proven: Proven): boolean {
  return !notEnough(assurance).includes(enrolledOnly(proven))
}

/** The stronger of two. */
export function stronger(a: Assurance, b: Assurance): Assurance {
  return assurances.indexOf(a) >= assurances.indexOf(b) ? a : b
}
