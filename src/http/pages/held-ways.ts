import { type Factor, factors, isChannel } from '../../model/factor.ts'
import type { Screen, Way } from './screen.ts'

/** What pays no fraudster, or needs no message at all: offered first where a way is held up. */
const instead: readonly Factor[] = ['whatsapp', 'email', 'totp', 'passkey']

/** The screen with the ways that the guard held up marked and last, and first those that it seldom does. Without such ways as it is. */
export function withHeld(screen: Screen, held: ReadonlySet<Factor>): Screen {
  if (!('ways' in screen) || held.size === 0) return screen
  if (screen.name !== 'lapsed' || !held.has(screen.way.factor)) return { ...screen, ways: inOrder(screen.ways, held) }
  const { card, way, ways, status, problem } = screen
  return { name: 'choose', status, card, problem, ways: inOrder([way, ...ways], held) }
}

function inOrder(ways: readonly Way[], held: ReadonlySet<Factor>): Way[] {
  const rank = ({ factor }: Way) => {
    if (held.has(factor)) return instead.length + 1
    const place = instead.indexOf(factor)
    return place < 0 ? instead.length : place
  }
  const marked = ways.map((way) => (held.has(way.factor) ? { ...way, held: true } : way))
  return marked.toSorted((a, b) => rank(a) - rank(b))
}

/** The channels of these names; what is none is passed over. */
export function heldFrom(names: readonly string[]): Set<Factor> {
  return new Set(factors.filter((factor) => isChannel(factor) && names.includes(factor)))
}
