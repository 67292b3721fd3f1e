import { describe, expect, test } from 'vitest'
import type { Attack, AttackMessage } from './attack.ts'
import { policyOver, refused } from './baselines/policy-over.ts'
import { allowed, type SendAction, type SendPolicy, type SimulatedEvent } from './policy.ts'
import { createRandom } from './random.ts'
import { createRun, sessionStates } from './run-world.ts'
import { day, hour, second } from './time.ts'
import { buildWorld } from './world.ts'
import { worldOptions } from './world-options.ts'

const world = buildWorld(3, { ...worldOptions('ordinary'), perDay: 300, days: 2, warmupDays: 1 })
const count = world.sessions.count

function answering(answer: (t: number) => SendAction, mayCheck?: SendPolicy['mayCheck']): SendPolicy {
  return {
    name: 'test',
    start: ({ t }) => ({ action: answer(t), reasons: [] }),
    check: () => undefined,
    delivered: () => undefined,
    ...(mayCheck ? { mayCheck } : {}),
  }
}

function attackOf(messages: readonly Partial<AttackMessage>[]): Attack {
  const left = messages.map((message, index) => ({
    t: day + index * second,
    to: '+994501234567',
    ip: '60.1.1.1',
    ipCountry: 'AZ',
    knownNumber: false,
    price: 0.5,
    counts: true,
    entersAfter: -1,
    guesses: 0,
    ...message,
  }))
  return { next: () => left.shift() }
}

function observed(policy: SendPolicy) {
  const events: SimulatedEvent[] = []
  const run = createRun(world, policy, undefined, (event) => events.push(event))
  return { run, events }
}

describe('a run', () => {
  test('shows the policy everything in the order of time', () => {
    const { run, events } = observed(answering(() => 'allow'))
    run.drain(world.endsAt)
    expect(events.length).toBeGreaterThan(count * 2.5)
    expect(events.every((event, index) => index === 0 || event.t >= (events[index - 1]?.t ?? 0))).toBe(true)
    const starts = events.filter((event) => event.type === 'start')
    expect(new Set(starts.map((event) => event.id)).size).toBe(starts.length)
  })

  test('lets nothing come of a start that was not allowed', () => {
    for (const action of ['divert', 'wait', 'block', 'hold'] as const) {
      const { run, events } = observed(answering(() => action))
      run.drain(world.endsAt)
      expect(events.every((event) => event.type === 'start')).toBe(true)
      // Refused people ask again, twice at most.
      expect(events.length).toBeGreaterThan(count * 1.5)
      expect(events.length).toBeLessThan(count * 3)
      const told = action === 'divert' ? sessionStates.diverted : sessionStates.denied
      expect(run.states.every((state) => state === told)).toBe(true)
    }
  })

  test('sends once a puzzle is solved, to people and to attackers', () => {
    const solved: SendPolicy = {
      ...answering(() => 'allow'),
      start: (event) => (event.challenge_solved ? allowed : { action: 'challenge', reasons: [] }),
    }
    const { run } = observed(solved)
    run.advance(day)
    const tally = run.attack(attackOf([{}, {}]), createRandom('luck'), day, world.endsAt)
    expect([tally.asked, tally.leaked, tally.firstRefusalAt]).toEqual([2, 2, undefined])
    const completed = run.states.filter((state) => state === sessionStates.completed).length
    expect(completed / count).toBeGreaterThan(0.75)
  })

  test('keeps people out whose guesses are not looked at', () => {
    const { run, events } = observed(
      answering(
        () => 'allow',
        () => false,
      ),
    )
    run.drain(world.endsAt)
    expect(events.some((event) => event.type === 'check')).toBe(false)
    expect(run.states).not.toContain(sessionStates.completed)
    expect(run.states).toContain(sessionStates.denied)
  })

  test('meets the same people whatever the policy did before', () => {
    const whole = createRun(
      world,
      answering(() => 'allow'),
    )
    whole.drain(world.endsAt)
    const strict = createRun(
      world,
      answering((t) => (t < day ? 'block' : 'allow')),
    )
    strict.drain(world.endsAt)
    const later = Array.from({ length: count }, (_, s) => s).filter((s) => (world.sessions.at[s] ?? 0) > day + hour)
    expect(later.map((s) => strict.states[s])).toEqual(later.map((s) => whole.states[s]))
  })

  test('tallies what an attacker gets', () => {
    const { run, events } = observed(answering((t) => (t >= day + 3 * second && t < day + hour ? 'block' : 'allow')))
    run.advance(day)
    const messages = [{ counts: false, entersAfter: 1000 }, {}, { guesses: 5 }, {}, { counts: false }, {}]
    const tally = run.attack(attackOf(messages), createRandom('luck'), day, world.endsAt)
    expect(tally).toEqual({
      asked: 4,
      leaked: 2,
      leakedUsd: 1,
      firstRefusalAt: day + 3 * second,
      guessesAllowed: 5,
      takeovers: 0,
      leakedUsdByBin: [1],
    })
    const ids = new Set(
      events.filter((event) => event.type === 'start' && event.to === '+994501234567').map(({ id }) => id),
    )
    const after = events.filter((event) => event.type !== 'start' && ids.has(event.id))
    expect(after.map((event) => event.type).sort()).toEqual([...Array(6).fill('check'), ...Array(3).fill('delivered')])
  })

  test('goes on from a snapshot as it would have gone on', () => {
    const everyThird = () =>
      policyOver(
        'every third',
        { asked: 0 },
        {
          start: (state) => {
            state.asked += 1
            return state.asked % 3 === 0 ? refused('divert', 'third') : allowed
          },
        },
      )
    const run = createRun(world, everyThird())
    // Just after somebody has asked, until there is a code under way that is entered later.
    let snapshot = run.snapshot()
    for (let s = count >> 1; snapshot?.queue.size === 0; s += 1) {
      run.advance((world.sessions.at[s] ?? 0) + 1)
      snapshot = run.snapshot()
    }
    expect(snapshot?.queue.size).toBeGreaterThan(0)
    run.drain(world.endsAt)
    for (let twice = 0; twice < 2; twice += 1) {
      const copy = createRun(world, everyThird(), snapshot)
      copy.drain(world.endsAt)
      expect(copy.states).toEqual(run.states)
    }
    expect(
      createRun(
        world,
        answering(() => 'allow'),
      ).snapshot(),
    ).toBeUndefined()
  })
})
