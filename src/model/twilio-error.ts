/** The codes of the Twilio door with their HTTP status and Twilio's own words (docs: twilio.com/docs/api/errors/<code>). */
export const twilioErrors = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too many requests'],
  20500: [500, 'Internal Server Error'],
  20503: [503, 'Service unavailable'],
  60200: [400, 'Invalid parameter'],
  60202: [429, 'Max check attempts reached'],
  60203: [429, 'Max send attempts reached'],
  60204: [403, 'Service does not support this feature'],
  60205: [403, 'SMS is not supported by landline phone number'],
  60206: [400, 'Amount and Payee params are required'],
  60207: [400, 'Max rate limits per service reached'],
  60208: [400, 'Rate limit with that UniqueName already exists'],
  60209: [400, 'UniqueName format is invalid: use letters, digits, dash, underscore and dot'],
  60210: [400, 'Max Buckets per Rate limit reached'],
  60211: [400, 'Bucket with the given Interval already exists'],
  60212: [429, 'Too many concurrent requests for phone number'],
  60213: [400, 'A Messaging Configuration already exists for the given country'],
  60217: [400, 'Invalid Service configuration: no email integration'],
  60221: [400, 'Either a VerificationSid or a To number must be specified'],
  60223: [400, 'Delivery channel disabled'],
  60224: [400, 'Missing substitutions for selected template'],
  60227: [400, 'The selected channel for template is not supported'],
  60228: [404, 'Template was not found'],
  60247: [400, 'Message Length Exceeded'],
  60301: [409, 'Entity already exists'],
  60306: [400, 'Invalid Request'],
  60307: [400, "Cannot resend push notifications to 'none' notification platform"],
  60308: [429, 'Challenge verification attempts limit reached'],
  60309: [429, 'Push notifications limit reached for a Challenge'],
  60310: [429, 'Factor verification attempts reached'],
  60311: [403, 'Factor verification failed'],
  60312: [429, 'Challenge creation limit reached'],
  60314: [400, 'Factors binding format is invalid'],
  60315: [400, 'Max factors per entity reached'],
  60317: [409, 'Factor already exists'],
  60318: [403, 'Factor is unverified'],
  60322: [403, 'Challenge already responded'],
  60323: [403, 'Challenge expired'],
  60324: [403, 'Challenge verification failed'],
  60326: [429, 'Too many requests to create factors for the entity'],
  60408: [400, 'TemplateSid is only supported for the SMS channel'],
  60410: [403, 'The destination phone number has been temporarily blocked'],
  60411: [409, 'Phone Number or Phone Number Prefix already exists in Safelist'],
  60432: [400, 'Unsupported passkeys relying party'],
  60550: [400, 'Auto Channel Failed: No channels selected due to validation errors'],
  60602: [400, 'App hash can only be used with SMS channel'],
  60605: [403, 'The destination phone number has been blocked by Verify Geo-Permissions'],
  68008: [400, 'Verify WhatsApp channel not configured'],
} as const

export type TwilioErrorCode = keyof typeof twilioErrors

/** What a refusal may carry besides its code. */
export interface TwilioErrorMore {
  /** Seconds until a new try can succeed. */
  retryAfterS?: number | undefined
  /** Goes to clients as `details`, which every SDK hands on. */
  details?: Record<string, string> | undefined
  /** The service rate limit that was reached. */
  reachedRateLimit?: string | undefined
}

/** A refusal in Twilio's words. SDKs read `code`, `message`, `more_info`, `status` and `details`. */
export class TwilioError extends Error {
  readonly code: TwilioErrorCode
  readonly status: number
  readonly more: TwilioErrorMore
  constructor(code: TwilioErrorCode, message: string = twilioErrors[code][1], more: TwilioErrorMore = {}) {
    super(message)
    this.name = 'TwilioError'
    this.code = code
    this.status = twilioErrors[code][0]
    this.more = more
  }
}

/** The refusal of a parameter, in the words that clients match. */
export function invalidParameter(name: string): TwilioError {
  return new TwilioError(60200, `Invalid parameter: ${name}`)
}
