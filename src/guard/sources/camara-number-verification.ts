import { z } from 'zod'
import { camaraHeaders } from './camara-headers.ts'
import { post, readAnswer, serviceUrl } from './exchange.ts'
import { type FraudQuestion, type FraudSource, isE164 } from './source.ts'

/** CAMARA Number Verification of one operator, or of a reseller of several. */
export interface CamaraNumberVerification {
  /** With the version, such as https://api.operator.example/number-verification/v2 */
  baseUrl: string
}

const matched = z.looseObject({ devicePhoneNumberVerified: z.boolean() })
const bearer = /^[\x21-\x7e]{1,8192}$/
/** The token is the user's: what is wrong with it, or who may not, says nothing of the source. */
const aboutUser = [400, 401, 403, 404, 409, 410, 422]

/**
 * CAMARA Number Verification: whether the device that the mobile network signed in has this number. It needs the user's own token
 * (three-legged), which is of one use and is not kept.
 */
export function createCamaraNumberVerification({ baseUrl }: CamaraNumberVerification): FraudSource {
  const url = `${serviceUrl(baseUrl)}/verify`
  return {
    name: 'camara_number_verification',
    canAnswer: ({ phone, phoneToken }: FraudQuestion) =>
      isE164(phone) && phoneToken !== undefined && bearer.test(phoneToken),
    async ask({ phone, phoneToken, decisionId }, signal) {
      if (!isE164(phone) || phoneToken === undefined || !bearer.test(phoneToken)) return 'unknown'
      const headers = camaraHeaders(phoneToken, decisionId)
      const body = JSON.stringify({ phoneNumber: phone })
      const answer = await post(url, { headers, body, signal, ownStatuses: aboutUser })
      const { devicePhoneNumberVerified: numberVerified } = readAnswer(answer, matched)
      return { numberVerified, reasons: numberVerified ? [] : ['number_of_another_device'] }
    },
  }
}
