import fc from 'fast-check'
import { createAuthenticator } from '../support/authenticator.ts'
import { createDevice } from './device.ts'
import { phone } from './phone.ts'
import type { Session } from './session.ts'
import type { Operation } from './spec.ts'

/** What is there for a fuzzer to hit. */
export interface Target {
  names: (operation: Operation) => Record<string, string>
  /** For each operation a body that it takes. */
  goods: Record<string, object>
}

const numbers = fc.integer({ min: 0, max: 999_999 }).map((n) => `+55119${60_000_000 + n}`)
const words = fc.integer({ min: 0, max: 999_999 }).map((n) => `made-by-chance-${n}`)

/** Makes a service that has one of everything. */
export async function prepare(s: Session): Promise<Target> {
  const ServiceSid = s.service
  const Identity = 'somebody-who-is-asked'
  const own = { ServiceSid, Identity }
  await s.ok(
    'UpdateService',
    { Sid: ServiceSid },
    {
      form: {
        CustomCodeEnabled: 'true',
        'Passkeys.RelyingParty.Id': 'example.com',
        'Passkeys.RelyingParty.Name': 'Example',
        'Passkeys.RelyingParty.Origins': 'https://example.com',
      },
    },
  )
  const limit = await s.ok('CreateRateLimit', { ServiceSid }, { form: { UniqueName: 'ip' } })
  const bucket = await s.ok(
    'CreateBucket',
    { ServiceSid, RateLimitSid: limit.sid },
    { form: { Max: '1000', Interval: '60' } },
  )
  const messaging = { Country: 'CA', MessagingServiceSid: `MG${'a'.repeat(32)}` }
  await s.ok('CreateMessagingConfiguration', { ServiceSid }, { form: messaging })
  const hook = { FriendlyName: 'All', EventTypes: '*', WebhookUrl: 'https://hooks.example.com/aval' }
  const webhook = await s.ok('CreateWebhook', { ServiceSid }, { form: hook })
  const device = createDevice()
  const push = {
    FriendlyName: 'A phone',
    FactorType: 'push',
    'Binding.Alg': 'ES256',
    'Binding.PublicKey': device.publicKey,
    'Config.AppId': 'com.example',
    'Config.NotificationPlatform': 'fcm',
    'Config.NotificationToken': 'token',
  }
  const factor = await s.ok('CreateNewFactor', own, { form: push })
  await s.ok('UpdateFactor', { ...own, Sid: factor.sid }, { form: { AuthPayload: device.proof(factor.sid) } })
  const challenge = await s.ok('CreateChallenge', own, { form: { FactorSid: factor.sid } })
  const verification = await s.ok('CreateVerification', { ServiceSid }, { form: { To: phone(), Channel: 'sms' } })
  const checked = await s.ok('CreateVerification', { ServiceSid }, { form: { To: phone(), Channel: 'sms' } })
  const sids: Record<string, string> = {
    UpdateService: s.foreign,
    UpdateVerification: verification.sid,
    UpdateRateLimit: limit.sid,
    UpdateBucket: bucket.sid,
    UpdateWebhook: webhook.sid,
    UpdateFactor: factor.sid,
    UpdateChallenge: challenge.sid,
  }
  const authenticator = createAuthenticator({ rpId: 'example.com', origin: 'https://example.com' })
  const passkey = { friendly_name: 'A laptop', identity: 'a-passkey-person' }
  const known = await s.ok('CreateNewFactorPasskey', { ServiceSid }, { json: passkey })
  await s.ok('UpdatePasskeysFactor', { ServiceSid }, { json: authenticator.register(known.options) })
  const asked = await s.ok('CreateChallengePasskeys', { ServiceSid }, { json: { identity: passkey.identity } })
  const assertion = authenticator.authenticate(asked.options)
  const other = await s.ok('CreateNewFactorPasskey', { ServiceSid }, { json: passkey })
  return {
    names: ({ id }) => ({
      ServiceSid,
      Identity,
      RateLimitSid: limit.sid,
      ChallengeSid: challenge.sid,
      Country: 'CA',
      Sid: sids[id] ?? '',
    }),
    goods: {
      CreateService: { FriendlyName: 'Made by chance' },
      CreateVerification: { To: numbers, Channel: 'sms', RateLimits: '{"ip":"192.0.2.1"}' },
      UpdateVerification: { Status: 'canceled' },
      CreateVerificationCheck: { VerificationSid: checked.sid, Code: '000000' },
      CreateRateLimit: { UniqueName: words },
      UpdateRateLimit: { Description: 'Changed' },
      CreateBucket: { Max: '10', Interval: fc.integer({ min: 61, max: 900 }).map(String) },
      UpdateBucket: { Max: '1000' },
      CreateMessagingConfiguration: { ...messaging, Country: fc.constantFrom('US', 'BR', 'DE', 'FR', 'JP', 'all') },
      UpdateMessagingConfiguration: { MessagingServiceSid: messaging.MessagingServiceSid },
      CreateSafelist: { PhoneNumber: numbers },
      CreateWebhook: { ...hook, FriendlyName: words },
      CreateEntity: { Identity: words },
      CreateNewFactor: push,
      UpdateFactor: { FriendlyName: 'Renamed' },
      CreateChallenge: { FactorSid: factor.sid, 'Details.Message': 'Yes?' },
      UpdateChallenge: { AuthPayload: '123456' },
      CreateAccessToken: { Identity, FactorType: 'push' },
      CreateNewFactorPasskey: {
        ...passkey,
        config: { relying_party: { id: 'example.com' } },
      },
      UpdatePasskeysFactor: authenticator.register(other.options),
      CreateChallengePasskeys: { identity: passkey.identity },
      UpdateChallengePasskeys: assertion,
    },
  }
}
