import { expect, test } from 'vitest'
import { createEventQueue } from './event-queue.ts'
import { createRandom, weightedPicker } from './random.ts'

test('the same labels give the same draws, other labels others', () => {
  const draws = (...labels: (string | number)[]) => {
    const random = createRandom(...labels)
    return Array.from({ length: 5 }, () => random.next())
  }
  expect(draws(31, 'day', 0)).toEqual(draws(31, 'day', 0))
  expect(draws(31, 'day', 0)).not.toEqual(draws(31, 'day', 1))
  expect(draws(31, 'day', 0)).not.toEqual(draws(32, 'day', 0))
})

test('draws have the distributions they say', () => {
  const random = createRandom('distributions')
  const sample = (draw: () => number) => Array.from({ length: 40_000 }, draw).sort((a, b) => a - b)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(sample(() => random.next()))).toBeCloseTo(0.5, 1)
  expect(mean(sample(() => random.exponential(20))) / 20).toBeCloseTo(1, 1)
  expect((sample(() => random.lognormal(14, 0.6))[20_000] ?? 0) / 14).toBeCloseTo(1, 1)
  const pick = weightedPicker([1, 0, 3])
  const picked = sample(() => pick(random.next()))
  expect(picked).not.toContain(1)
  expect(mean(picked)).toBeCloseTo(1.5, 1)
})

test('events come by time, those of one time in the order they were put in, and a copy is its own', () => {
  const queue = createEventQueue()
  const random = createRandom('queue')
  for (let code = 0; code < 5000; code += 1) queue.push(random.below(50), code)
  const copy = queue.copy()
  const taken: [at: number, code: number][] = []
  while (queue.size > 0) {
    const at = queue.nextAt
    taken.push([at, queue.pop()])
  }
  expect(taken).toEqual([...taken].sort(([a, first], [b, second]) => a - b || first - second))
  expect(taken).toHaveLength(5000)
  expect(queue.nextAt).toBe(Infinity)
  expect(copy.size).toBe(5000)
  expect(copy.pop()).toBe(taken[0]?.[1])
})
