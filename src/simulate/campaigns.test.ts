import { describe, expect, test } from 'vitest'
import type { AttackMessage } from './attack.ts'
import { campaignOf, campaigns } from './campaigns.ts'
import { countryOf } from './countries.ts'
import { blockOf } from './numbers.ts'
import type { SendAction } from './policy.ts'
import { createRandom } from './random.ts'
import { hour, minute } from './time.ts'
import { createWorld } from './world.ts'

const world = createWorld(5, 'ordinary')

function messagesOf(id: string, answer: (index: number) => SendAction = () => 'allow'): AttackMessage[] {
  const attack = campaignOf(id).create({ world, random: createRandom(5, id) })
  const sent: AttackMessage[] = []
  for (let message = attack.next(); message; message = attack.next()) {
    attack.answered?.(message, answer(sent.length))
    sent.push(message)
  }
  return sent
}

const distinct = (messages: AttackMessage[], of: (message: AttackMessage) => string) => new Set(messages.map(of)).size
const byTo = (message: AttackMessage) => message.to
const byBlock = (message: AttackMessage) => blockOf(message.to)
const byCountry = (message: AttackMessage) => countryOf(message.to)
const byIp = (message: AttackMessage) => message.ip

describe('every campaign', () => {
  test('is there, in seventeen variants', () => {
    expect(campaigns.map((campaign) => campaign.id)).toEqual(
      'A1 A2 A3 A4 A5 A6-10 A6-30 A6-50 A6-75 A7 A8 A9 A10 A11 A12 A13 A14'.split(' '),
    )
    expect(() => campaignOf('A99')).toThrow(RangeError)
  })

  test.each([
    ['A1', 36_000],
    ['A2', 6480],
    ['A3', 18_000],
    ['A4', 21_600],
    ['A5', 2160],
    ['A6-50', 21_600],
    ['A7', 1200],
    ['A8', 20_000],
    ['A9', 86_400],
    ['A10', 18_000],
    ['A11', 4500],
    ['A12', 10_800],
    ['A13', 21_600],
    ['A14', 21_600],
  ])('%s sends about %i messages in its time, in order', (id, count) => {
    const campaign = campaignOf(id)
    const sent = messagesOf(id)
    const counting = sent.filter((message) => message.counts)
    expect(Math.abs(counting.length - count)).toBeLessThan(4 * Math.sqrt(count))
    expect(counting.every((message) => message.t >= campaign.from && message.t < campaign.to)).toBe(true)
    expect(sent.every((message, index) => index === 0 || message.t >= (sent[index - 1]?.t ?? 0))).toBe(true)
    expect(sent[0]?.t).toBeGreaterThanOrEqual(campaign.preparesAt)
    const atHome = sent.filter((message) => countryOf(message.to) === 'BR').length
    if (campaign.abroad) expect(atHome).toBe(0)
    else expect([0, sent.length]).toContain(atHome)
  })
})

test('A1 walks through one block from twenty servers', () => {
  const sent = messagesOf('A1')
  expect([distinct(sent, byBlock), distinct(sent, byIp)]).toEqual([1, 20])
  expect(Number(sent[1]?.to) - Number(sent[0]?.to)).toBe(1)
})

test('A2 is spread over 40 countries and 2,000 blocks', () => {
  const sent = messagesOf('A2')
  expect(distinct(sent, byCountry)).toBe(40)
  expect(distinct(sent, byBlock)).toBeGreaterThan(1800)
})

test('A6 enters the share of codes that it says', () => {
  for (const entered of [10, 30, 50, 75]) {
    const sent = messagesOf(`A6-${entered}`)
    expect(sent.filter((message) => message.entersAfter >= 0).length / sent.length).toBeCloseTo(entered / 100, 1)
  }
})

test('A7 sends to one number, A14 to one home block', () => {
  expect(distinct(messagesOf('A7'), byTo)).toBe(1)
  expect(distinct(messagesOf('A14'), byBlock)).toBe(1)
})

test('A8 guesses five times at each of 20,000 known users', () => {
  const sent = messagesOf('A8')
  expect(distinct(sent, (message) => String(message.subject))).toBe(sent.length)
  expect(sent.every((message) => message.knownNumber && message.guesses === 5)).toBe(true)
})

test('A9 leaves a block after five refusals, and stays where nothing is refused', () => {
  expect(distinct(messagesOf('A9'), byBlock)).toBe(1)
  const refused = messagesOf('A9', () => 'block').slice(0, 1600)
  expect(distinct(refused, byBlock)).toBe(320)
  expect(distinct(refused.slice(0, 5), byBlock)).toBe(1)
  expect(distinct(refused.slice(0, 6), byBlock)).toBe(2)
})

test('A10 enters 200 codes that do not count, and rests before it pumps', () => {
  const sent = messagesOf('A10')
  const built = sent.filter((message) => !message.counts)
  expect(built).toHaveLength(200)
  expect(built.every((message) => message.entersAfter >= 0)).toBe(true)
  expect((sent[200]?.t ?? 0) - (built.at(-1)?.t ?? 0)).toBeGreaterThan(hour)
})

test('A11 ends when the sale begins, A12 comes from the shared addresses of carriers, A13 goes where real people are', () => {
  const sale = campaignOf('A11')
  expect([sale.world, sale.to - sale.from]).toEqual(['sale', 15 * minute])
  const proxied = messagesOf('A12')
  expect(proxied.every((message) => world.sessions.ip.includes(message.ip))).toBe(true)
  expect(distinct(messagesOf('A13'), byCountry)).toBe(1)
  expect(world.sessions.to.some((to) => countryOf(to) === 'AO')).toBe(true)
})
