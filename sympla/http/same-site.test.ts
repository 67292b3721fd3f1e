import { expect, test } from 'vitest'
import { isOwnPost } from './same-site.ts'

const publicUrl = 'https://portal.example'
const own = (headers: Record<string, string>, local = false) => isOwnPost(headers, { publicUrl, local })

test.each([
  { 'sec-fetch-site': 'same-origin', origin: publicUrl },
  { 'sec-fetch-site': 'none' },
  { origin: publicUrl },
  {},
])('%o is a post of the portal itself', (headers) => {
  expect(own(headers)).toBe(true)
})

test.each([
  { 'sec-fetch-site': 'cross-site', origin: publicUrl },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'https://portal.example.evil.example' },
  { origin: 'http://portal.example' },
  { origin: 'http://localhost:4000', host: 'localhost:4000' },
  { origin: '' },
])('%o is not', (headers) => {
  expect(own(headers as Record<string, string>)).toBe(false)
})

test('a local portal also answers to the other names of this machine, and to no name that was made to point at it', () => {
  expect(own({ origin: 'http://127.0.0.1:4000', host: '127.0.0.1:4000' }, true)).toBe(true)
  expect(own({ origin: 'http://localhost:4001', host: 'localhost:4000' }, true)).toBe(false)
  expect(own({ origin: 'http://rebound.example:4000', host: 'rebound.example:4000' }, true)).toBe(false)
})
