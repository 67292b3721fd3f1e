import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import type { OutgoingMessage } from './carrier.ts'
import { createInbox } from './inbox.ts'

const clock = systemClock()
const random = systemRandom()
const folders: string[] = []

function message(more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id: 'msg_1',
    to: '+5511987654321',
    channel: 'sms',
    body: 'Aval: 123456',
    code: '123456',
    locale: 'pt-BR',
    ...more,
  }
}

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aval-inbox-'))
  folders.push(folder)
  return join(folder, 'inbox.jsonl')
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('inbox', () => {
  it('lists the newest first, for one recipient and channel when asked', async () => {
    const inbox = createInbox({ clock, random })
    await inbox.send(message({ body: 'first' }))
    await inbox.send(message({ body: 'other', to: '+5511900000000' }))
    await inbox.send(message({ body: 'second' }))
    expect((await inbox.list()).map(({ body }) => body)).toEqual(['second', 'other', 'first'])
    expect((await inbox.list({ to: '+5511987654321' })).map(({ body }) => body)).toEqual(['second', 'first'])
    expect(await inbox.latest({ to: '+5511987654321' })).toMatchObject({
      body: 'second',
      segments: 1,
      encoding: 'GSM-7',
    })
    expect(await inbox.latest({ channel: 'call' })).toBeUndefined()
  })

  it('wakes everybody who waits for a message as soon as theirs arrives', async () => {
    const inbox = createInbox({ clock, random })
    const mine = inbox.waitLatest({ to: '+5511987654321' }, 60_000)
    const other = inbox.waitLatest({ to: '+551199' }, 20)
    await inbox.send(message())
    expect(await mine).toMatchObject({ code: '123456' })
    expect(await other).toBeUndefined()
  })

  it('stops waiting when the reader hangs up', async () => {
    const inbox = createInbox({ clock, random })
    const hangUp = new AbortController()
    const waiting = inbox.waitLatest({}, 60_000, hangUp.signal)
    hangUp.abort()
    expect(await waiting).toBeUndefined()
  })

  it('tells of every send and every clear', async () => {
    const inbox = createInbox({ clock, random })
    const start = inbox.revision
    const change = inbox.waitChange(start, 60_000)
    await inbox.send(message())
    const next = await change
    expect(next).not.toBe(start)
    const cleared = inbox.waitChange(next, 60_000)
    inbox.clear()
    expect(await cleared).not.toBe(next)
    expect(await inbox.list()).toEqual([])
  })

  it('lists the ten thousand newest, and soon forgets what is older', async () => {
    const inbox = createInbox({ clock, random })
    inbox.send(message({ to: '+5511900000000' }))
    for (let i = 0; i < 12_500; i++) inbox.send(message({ body: `n ${i}` }))
    const all = await inbox.list()
    expect([all.length, all[0]?.body, all.at(-1)?.body]).toEqual([10_000, 'n 12499', 'n 2500'])
    expect(await inbox.latest({ to: '+5511900000000' })).toBeUndefined()
  })

  it('loses nothing over a restart, and skips a last line that broke', async () => {
    const file = newFile()
    const before = createInbox({ file, clock, random })
    before.send(message({ body: 'one' }))
    before.send(message({ body: 'two', channel: 'call', call: { sendDigits: '123', prompt: 'Press', words: '1, 2' } }))
    const whole = await before.list()
    await before.flush()
    appendFileSync(file, '{"to":"+55')

    const after = createInbox({ file, clock, random })
    expect(whole.map(({ body }) => body)).toEqual(['two', 'one'])
    expect(await after.list()).toEqual(whole)
  })

  it('writes a readable line after a broken one', async () => {
    const file = newFile()
    appendFileSync(file, '{"to":"+55')
    const inbox = createInbox({ file, clock, random })
    inbox.send(message({ body: 'one' }))
    await inbox.flush()
    expect((await createInbox({ file, clock, random }).list()).map(({ body }) => body)).toEqual(['one'])
  })

  it('keeps its file small, and empty after clear', async () => {
    const file = newFile()
    const inbox = createInbox({ file, clock, random })
    for (let i = 0; i < 25_000; i++) inbox.send(message({ body: `n ${i}` }))
    await inbox.flush()
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.length).toBeLessThan(20_000)
    expect(lines.at(-1)).toContain('n 24999')
    inbox.clear()
    await inbox.flush()
    expect(readFileSync(file, 'utf8')).toBe('')
  })
})
