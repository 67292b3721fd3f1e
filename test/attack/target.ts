import { expect } from 'vitest'
import { errorCodes } from '../../src/model/error.ts'
import type { Db } from '../../src/store/db.ts'
import { apiKey, type Doors, openDoors, payout } from '../support/doors.ts'
import { unchanged } from './snapshot.ts'

interface Answer {
  status: number
  text: string
}

/** A gate with one open transaction, to throw things at. */
export interface Target {
  doors: Doors
  db: Db
  /** Path of the open transaction below /v1. */
  at: string
  code: string
  /** Fails unless the request is refused with one of these statuses and a code of ours, sends nothing and changes no row. */
  refused(asking: () => Promise<Answer>, ...statuses: number[]): Promise<string>
  /** A request to /v1 with exactly these bytes and headers. */
  inject(method: Method, path: string, payload: string | Buffer | undefined, headers: Headers): Promise<Answer>
}

type Method = 'GET' | 'POST' | 'PATCH'
type Headers = Record<string, string>

export async function openTarget(db: Db): Promise<Target> {
  const doors = await openDoors(db)
  const request = payout({ factor: 'sms' })
  const at = `/transactions/${(await doors.v1('POST', '/transactions', request)).body.id}`

  return {
    doors,
    db,
    at,
    code: doors.codeFor(request.contact.phone),
    async refused(asking, ...statuses) {
      const sent = doors.sent.length
      const answer = await unchanged(db, asking)
      expect(statuses, answer.text.slice(0, 300)).toContain(answer.status)
      expect(Object.keys(errorCodes), answer.text.slice(0, 300)).toContain(JSON.parse(answer.text).code)
      expect(doors.sent.length).toBe(sent)
      return answer.text
    },
    async inject(method, path, payload, headers) {
      const answer = await doors.app.inject({
        method,
        url: `/v1${path}`,
        headers: { authorization: `Bearer ${apiKey}`, ...headers },
        ...(payload !== undefined && { payload }),
      })
      return { status: answer.statusCode, text: answer.body }
    },
  }
}
