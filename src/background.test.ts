import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startBackground } from './background.ts'

const log = { error: vi.fn(), info: vi.fn() }

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
})
afterEach(() => vi.useRealTimers())

test('work that fails keeps no other from its turn, and is tried again', async () => {
  const broken = vi.fn(() => Promise.reject(new Error('no store')))
  const sound = vi.fn(async () => {})
  const background = startBackground(log, [
    { name: 'broken', everyMs: 1_000, run: broken },
    { name: 'sound', everyMs: 2_000, run: sound },
  ])
  await vi.advanceTimersByTimeAsync(4_000)
  background.stop()
  expect(broken).toHaveBeenCalledTimes(4)
  expect(sound).toHaveBeenCalledTimes(2)
})

test('an outage is two lines of the log: its beginning and its end', async () => {
  let down = true
  const run = vi.fn(async () => {
    if (down) throw new Error('no store')
  })
  const background = startBackground(log, [{ name: 'webhooks', everyMs: 1_000, run }])
  await vi.advanceTimersByTimeAsync(60_000)
  down = false
  await vi.advanceTimersByTimeAsync(60_000)
  background.stop()
  expect(log.error.mock.calls).toEqual([
    [{ err: expect.any(Error), work: 'webhooks' }, 'background work failed: it is tried again'],
  ])
  expect(log.info.mock.calls).toEqual([[{ work: 'webhooks', failures: 60 }, 'background work goes on']])
})

test('after stop nothing is begun', async () => {
  const run = vi.fn(async () => {})
  const background = startBackground(log, [{ name: 'sweep', everyMs: 1_000, run }])
  background.stop()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(run).not.toHaveBeenCalled()
})
