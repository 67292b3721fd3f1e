// A program as anybody writes one: it knows nothing of Aval, and reads no address.
const [sdk, accountSid, authToken, serviceSid, action, to, code] = process.argv.slice(2)
const client = require(sdk)(accountSid, authToken)
const service = client.verify.v2?.services(serviceSid) ?? client.verify.services(serviceSid)
const actions = {
  start: () => service.verifications.create({ to, channel: 'sms' }),
  check: () => service.verificationChecks.create({ to, code }),
  lookup: () => client.lookups.v2.phoneNumbers(to).fetch(),
}

actions[action]().then(
  (answer) => console.log(JSON.stringify(answer)),
  ({ status, code, message }) => {
    console.log(JSON.stringify({ refused: { status, code, message } }))
  },
)
