/** One request, ready to be sent: see Connection.send. */
export interface Prepared {
  head: string
  body: string
}

/** A pair of requests as one kind of server takes it. */
export interface Door {
  name: 'v2' | 'v1' | 'better-auth'
  /** The number that the `pair`th pair of connection `connection` proves. */
  to(pair: number, connection: number): string
  start(to: string): Prepared
  check(to: string, code: string, started: string): Prepared
  /** Whether the answer to the check says that the code was right. */
  approved(body: string): boolean
}

/** What opens the doors of the measured servers. */
export const access = {
  accountSid: 'ACbe00000000000000000000000000be00',
  authToken: 'be00000000000000000000000000be00',
  serviceSid: 'VAbe00000000000000000000000000be00',
  apiKey: 'bench-key-0000000000000000',
}

const basic = Buffer.from(`${access.accountSid}:${access.authToken}`).toString('base64')
const form = `authorization: Basic ${basic}\r\ncontent-type: application/x-www-form-urlencoded\r\n`
const json = `authorization: Bearer ${access.apiKey}\r\ncontent-type: application/json\r\n`
const head = (path: string, headers: string) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive\r\n${headers}content-length: `

const service = `/v2/Services/${access.serviceSid}`
const startHead = head(`${service}/Verifications`, form)
const checkHead = head(`${service}/VerificationCheck`, form)

/** Twilio Verify v2: start a verification, check its code. */
export const twilioDoor: Door = {
  name: 'v2',
  to: mobile,
  start: (to) => ({ head: startHead, body: `To=${encodeURIComponent(to)}&Channel=sms` }),
  check: (to, code) => ({ head: checkHead, body: `To=${encodeURIComponent(to)}&Code=${code}` }),
  approved: (body) => body.includes('"status":"approved"'),
}

const createHead = head('/v1/transactions', json)
const payload = { account: { bank: '341', branch: '0001', number: '12345', digit: '6' }, holder: 'Ana Lima' }

/** The gate: create a transaction that sends its code at once, check the code. */
export const gateDoor: Door = {
  name: 'v1',
  to: mobile,
  start: (to) => ({
    head: createHead,
    body: JSON.stringify({
      kind: 'payout.withdraw',
      subject: `organizer ${to}`,
      contact: { phone: to },
      summary: {
        payee: 'Ana Lima',
        amount: { value: '12500.00', currency: 'BRL' },
        fields: [{ label: 'Conta', value: '12345-6' }],
      },
      payload,
      factor: 'sms',
    }),
  }),
  check: (_to, code, started) => ({
    head: head(`/v1/transactions/${/"id":"([^"]+)"/.exec(started)?.[1]}/checks`, json),
    body: `{"code":"${code}"}`,
  }),
  approved: (body) => body.includes('"status":"approved"'),
}

const plain = 'origin: http://localhost\r\ncontent-type: application/json\r\n'
const sendHead = head('/api/auth/phone-number/send-otp', plain)
const verifyHead = head('/api/auth/phone-number/verify', plain)

/** better-auth's phone-number plugin, in its cheapest form: a known user, and no session is made. */
export const betterAuthDoor: Door = {
  name: 'better-auth',
  to: (_pair, connection) => mobile(connection),
  start: (to) => ({ head: sendHead, body: `{"phoneNumber":"${to}"}` }),
  check: (to, code) => ({ head: verifyHead, body: `{"phoneNumber":"${to}","code":"${code}","disableSession":true}` }),
  approved: (body) => body.includes('"status":true'),
}

/** A Brazilian mobile number that could exist. */
function mobile(n: number): string {
  // Spread over the blocks of ten thousand, as those of honest people are: 6,700,417 is prime to ten million, so each number comes once.
  return `+551197${String((n * 6_700_417) % 10_000_000).padStart(7, '0')}`
}
