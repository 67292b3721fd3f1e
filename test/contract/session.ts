import { expect } from 'vitest'
import { accountSid, authToken, type Doors, publicUrl } from '../support/doors.ts'
import { fill, type Operation, operationOf, resolve, type Schema } from './spec.ts'
import { type Answer, refusalViolations, violationsOf } from './violations.ts'

/** What a request carries besides the names in its path. */
export interface Sent {
  query?: Record<string, string>
  form?: Record<string, string | string[]>
  json?: unknown
  /** User and password of Basic auth; the account's own unless said otherwise. */
  auth?: string
}

type Names = Record<string, string>

/**
 * One scenario against the Twilio door: each request is an operation of Twilio's files, each answer is held against them. Nothing is
 * thrown for a departure; it is written down in `violations`, so that one run shows them all.
 */
export async function openSession(doors: Doors) {
  const violations: string[] = []
  const answers: { operation: Operation; answer: Answer }[] = []
  /** Which operations were asked which of the questions that every operation of their kind is asked. */
  const asked = {
    isolation: new Set<string>(),
    pages: new Set<string>(),
    input: new Set<string>(),
    methods: new Set<string>(),
  }

  async function raw(method: string, url: string, sent: Sent = {}): Promise<Answer> {
    const [type, payload] =
      sent.json !== undefined
        ? ['application/json', JSON.stringify(sent.json)]
        : sent.form !== undefined
          ? ['application/x-www-form-urlencoded', formText(sent.form)]
          : []
    const answer = await doors.app.inject({
      method: method as 'GET',
      url,
      headers: {
        authorization: `Basic ${Buffer.from(sent.auth ?? `${accountSid}:${authToken}`).toString('base64')}`,
        ...(type && { 'content-type': type }),
      },
      ...(payload !== undefined && { payload }),
    })
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: parsed(answer.body) }
  }

  async function call(id: string, names: Names = {}, sent: Sent = {}): Promise<Answer> {
    const operation = operationOf(id)
    const query = sent.query ? `?${formText(sent.query)}` : ''
    const url = fill(operation.path, names) + query
    // A POST without parameters is an empty form, as SDKs send it.
    const body = operation.body && !operation.body.json && !sent.form ? { ...sent, form: {} } : sent
    const answer = await raw(operation.method, url, body)
    answers.push({ operation, answer })
    violations.push(...violationsOf(operation, answer, publicUrl))
    return answer
  }

  /** A request that succeeds; its body. */
  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes
  async function ok(id: string, names: Names = {}, sent: Sent = {}): Promise<any> {
    const answer = await call(id, names, sent)
    expect(answer.status, `${id}: ${answer.text.slice(0, 300)}`).toBeLessThan(300)
    return answer.body
  }

  /** A request that is refused with this status, and this code of Twilio's where one is named. */
  async function refused(status: number, id: string, names: Names = {}, sent: Sent = {}, code?: number) {
    const answer = await call(id, names, sent)
    const what = `${id} ${JSON.stringify(names)} ${JSON.stringify(sent)}: ${answer.text.slice(0, 300)}`
    expect(answer.status, what).toBe(status)
    if (code !== undefined) expect(answer.body.code, what).toBe(code)
    return answer
  }

  /**
   * Each required parameter left out, and each choice, number, flag, date, SID and JSON of a body or query ill: all are 400. One whose
   * SID leads to nothing may be 404 as well.
   */
  async function refusesIllInput(id: string, names: Names, good: Sent = {}, tolerated: readonly string[] = []) {
    asked.input.add(id)
    const { body, query, product } = operationOf(id)
    const faults: string[] = []
    async function expects4xx(what: string, sent: Sent, allowed = [400]) {
      const answer = await call(id, names, sent)
      if (!allowed.includes(answer.status)) {
        faults.push(`${id} with ${what}: ${answer.status} ${answer.text.slice(0, 120)}`)
      }
    }
    for (const name of body?.required ?? []) {
      if (tolerated.includes(name)) continue
      const { [name]: _left, ...others } = { ...(body?.json ? (good.json as object) : good.form) } as Names
      await expects4xx(`no ${name}`, body?.json ? { ...good, json: others } : { ...good, form: others })
    }
    for (const [name, schema] of body?.json ? Object.entries(body.properties) : []) {
      if (tolerated.includes(name)) continue
      const ill = resolve(product, schema).type === 'object' ? 'text' : 17
      await expects4xx(`an ill ${name}`, { ...good, json: { ...(good.json as object), [name]: ill } })
    }
    for (const [name, schema] of body?.json ? [] : Object.entries(body?.properties ?? {})) {
      const ill = illValue(resolve(product, schema))
      if (ill === undefined || tolerated.includes(name)) continue
      const allowed = ill === 'no-such-sid' ? [400, 404] : [400]
      await expects4xx(`an ill ${name}`, { ...good, form: { ...good.form, [name]: ill } }, allowed)
    }
    for (const { name, schema } of query) {
      const ill = name === 'PageToken' ? 'nonsense' : illValue(resolve(product, schema))
      if (ill === undefined || tolerated.includes(name)) continue
      await expects4xx(`an ill ${name}`, { ...good, query: { ...good.query, [name]: ill } })
    }
    expect(faults).toEqual([])
  }

  /** A sub-resource of one service is 404/20404 under another, which stays as it was. */
  async function hidden(id: string, names: Names, sent: Sent = {}) {
    asked.isolation.add(id)
    await refused(404, id, { ...names, ServiceSid: foreign }, sent, 20404)
  }

  /**
   * Reads a list in pages of one, following next_page_url to the end and previous_page_url once, and gives its members. A PageSize of
   * 1000 gives them all at once, 1001 is refused.
   */
  // biome-ignore lint/suspicious/noExplicitAny: members have many shapes
  async function pages(id: string, names: Names = {}, query: Record<string, string> = {}): Promise<any[]> {
    asked.pages.add(id)
    const operation = operationOf(id)
    let { body } = await call(id, names, { query: { ...query, PageSize: '1' } })
    const members = []
    const { key } = body.meta
    expect(body.meta).toMatchObject({ page: 0, page_size: 1, previous_page_url: null })
    for (;;) {
      expect(body[key].length).toBeLessThanOrEqual(1)
      members.push(...body[key])
      const next = body.meta.next_page_url
      if (next === null) break
      expect(members.length, `${id} has no end`).toBeLessThan(1000)
      const answer = await raw('GET', next.slice(publicUrl.length))
      answers.push({ operation, answer })
      violations.push(...violationsOf(operation, answer, publicUrl))
      expect(answer.status).toBe(200)
      expect(answer.body.meta.page).toBe(body.meta.page + 1)
      const back = await raw('GET', answer.body.meta.previous_page_url.slice(publicUrl.length))
      expect(back.body[key]).toEqual(body[key])
      body = answer.body
    }
    const all = await ok(id, names, { query: { ...query, PageSize: '1000' } })
    expect(all[key]).toEqual(members)
    expect(all.meta).toMatchObject({ page_size: 1000, next_page_url: null })
    await refused(400, id, names, { query: { ...query, PageSize: '1001' } }, 60200)
    return members
  }

  /** Whatever method the file does not have for a path is 404 or 405, in Twilio's shape. */
  async function refusesUnknownMethods(id: string, names: Names, known: readonly string[]) {
    const { path } = operationOf(id)
    asked.methods.add(path)
    const url = fill(path, names)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !known.includes(one))) {
      const answer = await raw(method, url)
      expect([404, 405], `${method} ${url}: ${answer.text.slice(0, 200)}`).toContain(answer.status)
      expect(refusalViolations(answer), `${method} ${url}`).toEqual([])
    }
  }

  /** Every operation that was called and answered with success. */
  const driven = () => new Set(answers.filter(({ answer }) => answer.status < 300).map(({ operation }) => operation.id))

  let foreign = ''
  const service = (await ok('CreateService', {}, { form: { FriendlyName: 'Contract' } })).sid as string
  foreign = (await ok('CreateService', {}, { form: { FriendlyName: 'Another' } })).sid as string
  answers.length = 0
  violations.length = 0

  return {
    doors,
    /** The service of this scenario, and one that has nothing of it. */
    service,
    foreign,
    violations,
    answers,
    asked,
    driven,
    raw,
    call,
    ok,
    refused,
    refusesIllInput,
    refusesUnknownMethods,
    hidden,
    pages,
  }
}

export type Session = Awaited<ReturnType<typeof openSession>>

/** A value that the schema refuses; undefined for texts and lists of texts, which may be anything. */
function illValue(schema: Schema): string | undefined {
  if (schema.enum) return 'no-such-choice'
  if (schema.pattern?.endsWith('[0-9a-fA-F]{32}$')) return 'no-such-sid'
  if (schema.type === 'integer') return 'twelve'
  if (schema.type === 'boolean') return 'perhaps'
  if (schema.format === 'date-time') return 'yesterday'
  if (schema.type === undefined) return '{"a":'
  return undefined
}

function formText(form: Record<string, string | string[]>): string {
  const pairs = Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  return new URLSearchParams(pairs).toString()
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
