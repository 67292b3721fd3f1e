import type { Instant } from '../../lib/clock.ts'
import { TwilioError, type TwilioErrorCode } from '../../model/twilio-error.ts'

/** An enrolment or a challenge, as far as it may be answered. */
export interface Answerable {
  answered: boolean
  endsAt: Instant
  spent: boolean
}

/** How one kind of subject is found, judged and counted. */
export interface Answering<Row> {
  at: Instant
  find(): Promise<Row | undefined>
  read(row: Row): Answerable
  /** The row as it is after a good answer, the code of a refusal, or undefined where the subject was closed meanwhile. */
  judge(row: Row): Promise<Row | TwilioErrorCode | undefined>
  /** Counts a wrong answer; false where the subject takes no more. */
  count(row: Row): Promise<boolean>
  /** Says that its answers are spent. */
  spentCode: TwilioErrorCode
}

/**
 * Takes one answer: of many at once one is good, and no more wrong ones than allowed are told apart. Undefined when nothing waits for
 * this answer. Refuses with the code of the judge, and an answered subject with 60322, a late answer with 60323.
 */
export async function answerOnce<Row extends object>(answering: Answering<Row>): Promise<Row | undefined> {
  const row = await answering.find()
  if (!row) return undefined
  refuseClosed(answering, row)
  const outcome = await answering.judge(row)
  if (typeof outcome === 'object') return outcome
  if (outcome !== undefined && (await answering.count(row))) throw new TwilioError(outcome)
  const now = await answering.find()
  if (now) refuseClosed(answering, now)
  return undefined
}

function refuseClosed<Row>({ read, at, spentCode }: Answering<Row>, row: Row): void {
  const { answered, endsAt, spent } = read(row)
  if (answered) throw new TwilioError(60322)
  if (endsAt <= at) throw new TwilioError(60323)
  if (spent) throw new TwilioError(spentCode)
}
