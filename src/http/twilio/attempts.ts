import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isSid } from '../../lib/ids.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import type { AttemptFilter } from '../../store/attempts.ts'
import { type AttemptReport, readAttempt, readAttempts, readSummary } from '../../verify/attempts.ts'
import { toRefOf } from '../../verify/verification-row.ts'
import { found } from './answers.ts'
import { baseOf, sidParam, type TwilioDoor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

const channels = ['sms', 'call', 'email', 'whatsapp', 'rbm'] as const
const defaultSpanMs = 30 * 86_400_000

/** Attempts and their Summary: the messages that were really sent, and whether their codes were entered. */
export function registerAttempts(scope: FastifyInstance, door: TwilioDoor): void {
  scope.get('/Attempts', async (request) => {
    const filter = filterOf(request, door)
    const read = (offset: number, limit: number) => readAttempts(door, filter, offset, limit)
    return pageOf(request, door, 'attempts', read, (one) => attemptBody(one, baseOf(request, door)))
  })
  scope.get('/Attempts/Summary', async (request) => {
    const { total, converted } = await readSummary(door, filterOf(request, door, door.clock.now() - defaultSpanMs))
    return {
      total_attempts: total,
      total_converted: converted,
      total_unconverted: total - converted,
      conversion_rate_percentage: total === 0 ? '0' : percentage(converted, total),
      url: `${baseOf(request, door)}/v2/Attempts/Summary`,
    }
  })
  scope.get('/Attempts/:sid', async (request) => {
    const one = await readAttempt(door, door.accountSid, sidParam(request, 'VL'))
    return attemptBody(found(request, one), baseOf(request, door))
  })
}

/** The filters of a query. Without dates a list is about everything; `from` is where a summary begins then. */
function filterOf(request: FastifyRequest, door: TwilioDoor, from = 0): AttemptFilter {
  const form = formOf(request.query)
  const to = form.text('ChannelData.To', 320)
  const status = form.text('Status')?.toLowerCase()
  if (status !== undefined && status !== 'converted' && status !== 'unconverted') throw invalidParameter('Status')
  const channel = form.text('Channel')?.toLowerCase()
  if (channel !== undefined && !channels.some((one) => one === channel)) throw invalidParameter('Channel')
  return {
    accountSid: door.accountSid,
    serviceSid: sidOf(form, 'VerifyServiceSid', 'VA'),
    verificationSid: sidOf(form, 'VerificationSid', 'VE'),
    toRef: to === undefined ? null : toRefOf(door.keys, to),
    country: countryOf(form),
    channel: channel ?? null,
    prefix: prefixOf(form),
    converted: status === undefined ? null : status === 'converted' ? 1 : 0,
    from: form.instant('DateCreatedAfter') ?? from,
    until: form.instant('DateCreatedBefore') ?? Number.MAX_SAFE_INTEGER,
  }
}

function sidOf(form: Form, name: string, prefix: string): string | null {
  const sid = form.text(name)
  if (sid === undefined) return null
  if (!isSid(prefix, sid)) throw invalidParameter(name)
  return prefix + sid.slice(2).toLowerCase()
}

function countryOf(form: Form): string | null {
  const country = form.text('Country')
  if (country !== undefined && !/^[A-Za-z]{2}$/.test(country)) throw invalidParameter('Country')
  return country?.toUpperCase() ?? null
}

/** A plus sign and at most five digits: more of a number is not kept in clear. */
function prefixOf(form: Form): string | null {
  const prefix = form.text('DestinationPrefix')
  if (prefix === undefined) return null
  const digits = /^(?:\+|%2B| )?(\d{1,5})$/i.exec(prefix)?.[1]
  if (digits === undefined) throw invalidParameter('DestinationPrefix')
  return `+${digits}`
}

/** Nine decimals at most, without rounding a loss away. */
function percentage(part: number, whole: number): string {
  return String(Math.floor((part * 1e11) / whole) / 1e9)
}

function attemptBody(a: AttemptReport, base: string) {
  return {
    sid: a.sid,
    account_sid: a.accountSid,
    service_sid: a.serviceSid,
    verification_sid: a.verificationSid,
    date_created: isoSeconds(a.createdAt),
    date_updated: isoSeconds(a.updatedAt),
    conversion_status: a.converted ? 'converted' : 'unconverted',
    channel: a.channel,
    price: null,
    channel_data: {
      verification_sid: a.verificationSid,
      to: a.to,
      status: a.status,
      message_status: a.delivery,
      error_code: a.errorCode,
      country: a.country,
      code_length: a.codeLength,
      locale: a.locale,
      mcc: null,
      mnc: null,
      carrier: null,
    },
    url: `${base}/v2/Attempts/${a.sid}`,
  }
}
