import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Money } from '../../lib/money.ts'
import { type SignalName, type SignalSpec, type Signals, signalSpec } from './signals.ts'

/** How many events of `kind` had the request's value of the signal `key` in the last `windowMs`; undefined where that is not known. */
export type Counts = (kind: string, key: string, windowMs: number) => number | undefined

/** What a signal or a literal is worth. */
export type Value = string | number | boolean | Money

/** What is known of one request; undefined is unknown. */
export interface Facts {
  read(name: string): Value | undefined
  count(kind: string, key: string, windowMs: number): number | undefined
}

/** Reads each signal and each count once. A value that is not what its type says counts as unknown, never as something. */
export function factsOf(signals: Partial<Signals>, counts: Counts): Facts {
  return { read: readOnce(signals), count: countOnce(counts) }
}

function readOnce(signals: Partial<Signals>): Facts['read'] {
  const seen = new Map<string, Value | undefined>()
  return (name) => {
    if (seen.has(name)) return seen.get(name)
    const spec = signalSpec(name)
    const given: unknown = Object.hasOwn(signals, name) ? signals[name as SignalName] : undefined
    const value = spec && cleanValue(spec, given)
    seen.set(name, value)
    return value
  }
}

function countOnce(counts: Counts): Facts['count'] {
  const seen = new Map<string, number | undefined>()
  return (kind, key, windowMs) => {
    const name = `${kind} ${key} ${windowMs}`
    if (!seen.has(name)) seen.set(name, cleanNumber(counts(kind, key, windowMs), 0))
    return seen.get(name)
  }
}

function cleanValue(spec: SignalSpec, given: unknown): Value | undefined {
  switch (spec.type) {
    case 'boolean':
      return typeof given === 'boolean' ? given : undefined
    case 'number':
    case 'usd': {
      const value = cleanNumber(given, spec.min, spec.max)
      return spec.whole && !Number.isInteger(value) ? undefined : value
    }
    case 'duration':
      return cleanNumber(given, 0)
    case 'money':
      return cleanMoney(given)
    case 'address':
      return typeof given === 'string' && isIP(given) && ipaddr.isValid(given)
        ? ipaddr.process(given).toString()
        : undefined
    case 'phone':
      return typeof given === 'string' && /^\+[1-9][0-9]{1,14}$/.test(given) ? given : undefined
    case 'text':
    case 'country':
      return typeof given === 'string' && given !== '' ? given : undefined
  }
}

function cleanNumber(
  given: unknown,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): number | undefined {
  return typeof given === 'number' && given >= min && given <= max ? given : undefined
}

function cleanMoney(given: unknown): Money | undefined {
  if (typeof given !== 'object' || given === null || !('value' in given) || !('currency' in given)) return undefined
  const { value, currency } = given
  if (typeof value !== 'string' || typeof currency !== 'string') return undefined
  return /^[0-9]{1,15}(?:\.[0-9]{1,4})?$/.test(value) ? { value, currency } : undefined
}
