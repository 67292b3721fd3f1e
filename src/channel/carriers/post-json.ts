import { CarrierRefusal } from '../carrier.ts'
import { refusalOf } from './refusal-of.ts'

const timeoutMs = 5_000
const answerBytesMax = 64 * 1024

/** What an HTTP service answered; `body` is its JSON, undefined where it is none. */
export interface JsonAnswer {
  status: number
  body: unknown
}

/**
 * POSTs JSON and reads at most 64 KB of the answer, in five seconds. Redirects are not followed, so that credentials go nowhere else
 * (security case A129). Throws a temporary CarrierRefusal where nothing was answered.
 */
export async function postJson(url: string, headers: Record<string, string>, body: string): Promise<JsonAnswer> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (answer.status >= 300 && answer.status < 400) throw new CarrierRefusal('temporary', 'redirect')
    return { status: answer.status, body: parsed(await readCapped(answer)) }
  } catch (error) {
    throw refusalOf(error)
  }
}

async function readCapped(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > answerBytesMax) {
      await answer.body?.cancel().catch(() => undefined)
      throw new CarrierRefusal('temporary', 'answer_too_long')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
