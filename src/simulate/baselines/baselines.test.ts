import { describe, expect, test } from 'vitest'
import type { PolicyFactory, SendPolicy, StartEvent } from '../policy.ts'
import { day, hour, minute, second } from '../time.ts'
import { authgear } from './authgear.ts'
import { betterAuth } from './better-auth.ts'
import { gitlab } from './gitlab.ts'
import { baselines } from './index.ts'
import { none, perIp, perIpAndNumber, perNumber } from './limits.ts'
import { prefixConversionMax, prefixConversionStandard, prefixOf } from './prefix-conversion.ts'
import { supabase } from './supabase.ts'
import { vonage } from './vonage.ts'

const setup = { home: 'BR', liveAt: 0, usualDay: 1000, homeShare: 0.88 }

function created(factory: PolicyFactory) {
  const policy = factory.create(setup)
  let count = 0
  const start = (t: number, differs: Partial<StartEvent> = {}) => {
    count += 1
    const id = `m${count}`
    const { action } = policy.start({ ...event(t, count), id, ...differs })
    return { id, action }
  }
  return { policy, start, enters: (t: number, id: string) => policy.check({ t, type: 'check', id, correct: true }) }
}

function event(t: number, index: number): StartEvent {
  return {
    t,
    type: 'start',
    id: '',
    to: `+55119${String(80_000_000 + index * 10_000)}`,
    channel: 'sms',
    ip: `60.1.${index >> 8}.${index & 255}`,
    known_number: false,
    known_device: false,
    price: 0.05,
  }
}

describe('limits', () => {
  test('none allows everything', () => {
    const { start } = created(none)
    for (let i = 0; i < 500; i += 1) expect(start(i, { ip: '1.1.1.1', to: '+5511987654321' }).action).toBe('allow')
  })

  test('an address has ten in any hour, and an IPv6 network counts as one', () => {
    for (const ips of [['60.9.9.9'], ['2001:db8:1:2:0:0:0:1', '2001:db8:1:2:9:9:9:9', '2001:db8:1:2::7']]) {
      const { start } = created(perIp)
      const ip = (i: number) => ips[i % ips.length] as string
      for (let i = 0; i < 10; i += 1) expect(start(i * minute, { ip: ip(i) }).action).toBe('allow')
      expect(start(11 * minute, { ip: ip(0) }).action).toBe('block')
      expect(start(11 * minute, { ip: '60.9.9.8' }).action).toBe('allow')
      expect(start(hour, { ip: ip(1) }).action).toBe('allow')
      expect(start(hour, { ip: ip(2) }).action).toBe('block')
    }
  })

  test('a number has five in ten minutes and ten a day', () => {
    const { start } = created(perNumber)
    const to = '+5511987654321'
    for (let i = 0; i < 5; i += 1) expect(start(i * second, { to }).action).toBe('allow')
    expect(start(6 * second, { to }).action).toBe('wait')
    for (let i = 0; i < 5; i += 1) expect(start(11 * minute + i, { to }).action).toBe('allow')
    expect(start(5 * hour, { to }).action).toBe('wait')
    expect(start(5 * hour).action).toBe('allow')
    expect(start(day + minute, { to }).action).toBe('allow')
  })

  test('both limits hold together, and what one refuses the other does not count', () => {
    const { start } = created(perIpAndNumber)
    const to = '+5511987654321'
    for (let i = 0; i < 8; i += 1) start(i, { to, ip: '60.9.9.9' })
    for (let i = 0; i < 5; i += 1) expect(start(20 + i, { ip: '60.9.9.9' }).action).toBe('allow')
    expect(start(30, { ip: '60.9.9.9' }).action).toBe('block')
  })
})

describe('better-auth', () => {
  test('allows ten, then none until a minute has passed since the last that it allowed', () => {
    const { start } = created(betterAuth)
    const ip = '60.9.9.9'
    for (let i = 0; i < 10; i += 1) expect(start(i * 6 * second, { ip }).action).toBe('allow')
    expect(start(61 * second, { ip }).action).toBe('block')
    expect(start(113 * second, { ip }).action).toBe('block')
    expect(start(114 * second, { ip }).action).toBe('allow')
  })

  test('looks at three wrong guesses of a code', () => {
    const { policy, start } = created(betterAuth)
    const { id } = start(0)
    const wrong = { t: 5000, type: 'check' as const, id, correct: false }
    for (let i = 0; i < 3; i += 1) {
      expect(policy.mayCheck?.(wrong)).toBe(true)
      policy.check(wrong)
    }
    expect(policy.mayCheck?.(wrong)).toBe(false)
  })
})

test('supabase has thirty at once, then one every two minutes, and a minute between two to one number', () => {
  const { start } = created(supabase)
  for (let i = 0; i < 30; i += 1) expect(start(i).action).toBe('allow')
  expect(start(100).action).toBe('block')
  expect(start(2 * minute + 100, { to: '+5511987654321' }).action).toBe('allow')
  expect(start(3 * minute, { to: '+5511987654321' }).action).toBe('wait')
})

test('GitLab allows fifty a rolling day for a calling code, 800 for +1, and two and a half days at home', () => {
  const { start } = created(gitlab)
  const allowedOf = (to: (i: number) => string, tries: number) =>
    Array.from({ length: tries }, (_, i) => start(i, { to: to(i) }).action).filter((action) => action === 'allow')
      .length
  expect(allowedOf((i) => `+24491${1_000_000 + i}`, 60)).toBe(50)
  expect(allowedOf((i) => `+1201${5_000_000 + i}`, 900)).toBe(800)
  expect(allowedOf((i) => `+55119${80_000_000 + i}`, 3000)).toBe(2500)
  expect(start(day + second, { to: '+244911234567' }).action).toBe('allow')
})

test('Vonage blocks a country for twelve hours after a thousand messages that nothing before explains', () => {
  const { start } = created(vonage)
  for (let i = 0; i < 72; i += 1) start(i * hour)
  const at = 72 * hour
  for (let i = 0; i < 1000; i += 1) expect(start(at + i, { to: '+994501234567' }).action).toBe('allow')
  expect(start(at + 2000, { to: '+994501234567' }).action).toBe('block')
  expect(start(at + 2000, { to: '+5511987654321' }).action).toBe('allow')
  expect(start(at + 11 * hour, { to: '+994501234567' }).action).toBe('block')
  expect(start(at + 12.1 * hour, { to: '+994501234567' }).action).toBe('allow')
})

describe('prefix conversion', () => {
  test('blocks a prefix for twelve hours after twelve, or forty, codes that had two minutes and were not entered', () => {
    for (const [factory, sends] of [
      [prefixConversionMax, 12],
      [prefixConversionStandard, 40],
    ] as const) {
      const { start } = created(factory)
      const to = '+994501234567'
      for (let i = 0; i < sends; i += 1) expect(start(i * second, { to }).action).toBe('allow')
      expect(start(119 * second, { to }).action).toBe('allow')
      expect(start(120 * second + sends * second, { to: '+994501999999' }).action).toBe('block')
      expect(start(200 * second, { to: '+994509234567' }).action).toBe('allow')
      expect(start(11 * hour, { to }).action).toBe('block')
      expect(start(12.1 * hour, { to }).action).toBe('allow')
    }
  })

  test('lets a prefix pass where codes are entered, however late they mature', () => {
    const { start, enters } = created(prefixConversionMax)
    for (let i = 0; i < 60; i += 1) {
      const { id, action } = start(i * 10 * second, { to: '+994501234567' })
      expect(action).toBe('allow')
      if (i % 3 === 0) enters(i * 10 * second + (i % 2 ? 5 : 150) * second, id)
    }
  })

  test('takes a prefix of three digits at least', () => {
    expect(prefixOf('+5511987654321')).toBe('+55119876'.slice(0, 8))
    expect(prefixOf('+5352123456')).toBe('+53521')
  })
})

describe('Authgear', () => {
  test('refuses the fourth unverified code of a new country within an hour, and the sixth of an address', () => {
    const { start } = created(authgear)
    const abroad = Array.from({ length: 5 }, (_, i) => start(i, { to: `+99450${1_000_000 + i}` }).action)
    expect(abroad).toEqual(['allow', 'allow', 'allow', 'block', 'block'])
  })

  test('drains what was entered', () => {
    const { start, enters } = created(authgear)
    for (let i = 0; i < 30; i += 1) {
      const { id, action } = start(i * minute, { to: `+99450${1_000_000 + i}` })
      expect(action).toBe('allow')
      enters(i * minute + second, id)
    }
  })

  test('refuses an address that asks for a fourth country', () => {
    const { start } = created(authgear)
    const ip = '60.9.9.9'
    const asked = ['+994501234567', '+992921234567', '+998901234567', '+996701234567'].map(
      (to, i) => start(i * minute, { to, ip }).action,
    )
    expect(asked).toEqual(['allow', 'allow', 'allow', 'block'])
  })

  test('never refuses a number verified before, but counts it; and only records before it is live', () => {
    const { start } = created(authgear)
    const known = Array.from({ length: 9 }, (_, i) => start(i, { to: `+99450${1_000_000 + i}`, known_number: true }))
    expect(known.every(({ action }) => action === 'allow')).toBe(true)
    expect(start(10, { to: '+994501234567' }).action).toBe('block')
    const early = authgear.create({ ...setup, liveAt: day })
    const before = (t: number) => early.start({ ...event(t, 1), to: '+994501234567' }).action
    expect([0, 1, 2, 3, 4].map(before)).toEqual(Array(5).fill('allow'))
    expect(before(day)).toBe('allow')
  })
})

test('every baseline goes on from a snapshot as if nothing had been', () => {
  for (const factory of baselines) {
    const play = (policy: SendPolicy, from: number, to: number) => {
      const actions: string[] = []
      for (let i = from; i < to; i += 1) {
        const id = `s${i}`
        const { action } = policy.start({
          ...event(i * 7 * second, i % 90),
          id,
          ip: `60.1.1.${i % 9}`,
          to: `+99450${1_000_000 + (i % 7)}`,
        })
        if (action === 'allow' && i % 3 === 0) policy.check({ t: i * 7 * second + 1, type: 'check', id, correct: true })
        actions.push(action)
      }
      return actions
    }
    const whole = factory.create(setup)
    play(whole, 0, 200)
    const snapshot = whole.snapshot?.()
    const expected = play(whole, 200, 400)
    for (let twice = 0; twice < 2; twice += 1) {
      const copy = factory.create(setup)
      copy.restore?.(snapshot)
      expect(play(copy, 200, 400), factory.name).toEqual(expected)
    }
  }
})
