import { InvalidJson, parseJson } from '../../lib/json.ts'
import { SourceFault } from './source.ts'

const answerBytesMax = 64 * 1024

/** Statuses that are about this one question. After any other refusal the next question would fare no better. */
const aboutQuestion: readonly number[] = [400, 404, 409, 410, 422]

/** What a source answered: a 200 with at most 64 KB. */
export interface Answer {
  headers: Headers
  bytes: Buffer
}

/**
 * POSTs once and gives what was answered with 200. Redirects are not followed, so that credentials go nowhere else (security case A129).
 * Throws a SourceFault for everything else; statuses of `ownStatuses` are faults of the question and not of the source.
 */
export async function post(
  url: string,
  {
    headers,
    body,
    signal,
    ownStatuses = aboutQuestion,
  }: { headers: Record<string, string>; body: string; signal: AbortSignal; ownStatuses?: readonly number[] },
): Promise<Answer> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    if (answer.status !== 200) {
      await answer.body?.cancel().catch(() => undefined)
      throw faultOfStatus(answer.status, ownStatuses)
    }
    return { headers: answer.headers, bytes: await readCapped(answer) }
  } catch (error) {
    if (error instanceof SourceFault) throw error
    // Words of other errors can quote address and headers: nothing of them goes further.
    throw new SourceFault(signal.aborted ? 'timeout' : 'connection')
  }
}

/** What a status other than 200 means. */
export function faultOfStatus(status: number, ownStatuses = aboutQuestion): SourceFault {
  if (status >= 300 && status < 400) return new SourceFault('redirect')
  return new SourceFault(`status_${status}`, { isOutage: !ownStatuses.includes(status) })
}

/** The body read by `schema`. Throws odd_answer for what is no JSON, or JSON of another form. */
export function readAnswer<T>(
  { bytes }: Pick<Answer, 'bytes'>,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T {
  const read = schema.safeParse(parsed(bytes))
  if (!read.success) throw new SourceFault('odd_answer')
  return read.data
}

/** The address without slashes at its end. Throws a RangeError for what is neither https nor this machine. */
export function serviceUrl(text: string): string {
  const { protocol, hostname } = new URL(text)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback))
    throw new RangeError('a fraud source is spoken to over https, or on this machine')
  return text.replace(/\/+$/, '')
}

async function readCapped({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Counted as it is unpacked: a small body can hold a large one. Leaving the loop lets go of the connection.
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > answerBytesMax) throw new SourceFault('answer_too_long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes)
  } catch (error) {
    if (error instanceof InvalidJson) throw new SourceFault('odd_answer')
    throw error
  }
}
