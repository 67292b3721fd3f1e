import { registerHostedPages } from '../../src/http/pages/hosted-routes.ts'
import { type Doors, payout, publicUrl } from './doors.ts'

type Fields = Record<string, string>

/** Puts the hosted pages up beside the two doors, and gives browsers that open them. */
export function openPages(doors: Doors) {
  registerHostedPages(doors.app, { ...doors.gate, publicUrl, brand: 'Sympla' })

  /** A browser at this address, with cookies of its own. */
  function browserAt(ip: string) {
    const jar: Fields = {}
    const send = async (method: 'GET' | 'POST', url: string, form?: Fields) => {
      const answer = await doors.app.inject({
        method,
        url,
        remoteAddress: ip,
        cookies: jar,
        headers: { ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
        ...(form && { payload: new URLSearchParams(form).toString() }),
      })
      for (const { name, value } of answer.cookies) jar[name] = value
      return answer
    }
    /** A transaction, and its page open in this browser. */
    async function open(more: Fields | object = {}) {
      const body = payout({ locale: 'en', ...more })
      const made = await doors.v1('POST', '/transactions', body)
      if (made.status !== 201) throw new Error(`no transaction was made (${made.status}: ${made.text})`)
      const { id, url, client_secret: secret } = made.body as { id: string; url: string; client_secret: string }
      await send('GET', url.slice(publicUrl.length))
      const page = await send('GET', `/t/${id}`)
      return {
        id,
        secret,
        page,
        phone: body.contact.phone,
        subject: body.subject,
        get: (path = '') => send('GET', `/t/${id}${path}`),
        post: (path: string, form: Fields = {}) => send('POST', `/t/${id}/${path}`, form),
        ask: (factor: string, form: Fields = {}) => send('POST', `/t/${id}/resend`, { factor, ...form }),
        enter: () => send('POST', `/t/${id}/check`, { code: doors.codeFor(body.contact.phone) }),
      }
    }
    return { jar, send, open }
  }
  return { browserAt }
}
