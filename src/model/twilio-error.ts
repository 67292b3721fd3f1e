/** The codes of the Twilio door with their HTTP status and Twilio's own words (docs: twilio.com/docs/api/errors/<code>). */
export const twilioErrors = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20503: [503, 'Service unavailable'],
  20500: [500, 'Internal Server Error'],
  60200: [400, 'Invalid parameter'],
  60202: [429, 'Max check attempts reached'],
  60203: [429, 'Max send attempts reached'],
  60206: [400, 'Amount and Payee params are required'],
  60212: [429, 'Too many concurrent requests for phone number'],
  60221: [400, 'Either a VerificationSid or a To number must be specified'],
  60205: [403, 'SMS is not supported by landline phone number'],
  60605: [403, 'The destination phone number has been blocked by Verify Geo-Permissions'],
} as const

export type TwilioErrorCode = keyof typeof twilioErrors

/** A refusal in Twilio's words. SDKs read `code`, `message`, `more_info` and `status`. */
export class TwilioError extends Error {
  readonly code: TwilioErrorCode
  readonly status: number
  readonly retryAfterS: number | undefined
  constructor(code: TwilioErrorCode, message: string = twilioErrors[code][1], retryAfterS?: number) {
    super(message)
    this.name = 'TwilioError'
    this.code = code
    this.status = twilioErrors[code][0]
    this.retryAfterS = retryAfterS
  }
}
