import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isSid } from '../../lib/ids.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import { defaultSettings, type Service, type ServiceSettings } from '../../verify/service.ts'
import { found } from './answers.ts'
import { baseOf, serviceFor, type TwilioDoor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

/** Services: made, changed, listed, removed. */
export function registerServices(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/Services', async (request, reply) => {
    const form = formOf(request.body)
    const name = friendlyName(form.required('FriendlyName'), 'FriendlyName')
    const made = await door.services.create(door.accountSid, name, settingsOf(form, defaultSettings))
    return reply.code(201).send(serviceBody(made, baseOf(request, door)))
  })
  scope.get('/Services', async (request) => {
    const read = (offset: number, limit: number) => door.services.list(door.accountSid, offset, limit)
    return pageOf(request, door, 'services', read, (one) => serviceBody(one, baseOf(request, door)))
  })
  scope.get('/Services/:service', async (request) =>
    serviceBody(await serviceFor(door, request), baseOf(request, door)),
  )
  scope.post('/Services/:service', async (request) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const name = form.text('FriendlyName')
    const updated = await door.services.update(service, ({ settings }) => ({
      friendlyName: name === undefined ? undefined : friendlyName(name, 'FriendlyName'),
      settings: settingsOf(form, settings),
    }))
    return serviceBody(found(request, updated), baseOf(request, door))
  })
  scope.delete('/Services/:service', async (request, reply) => {
    const service = await serviceFor(door, request)
    found(request, (await door.services.remove(service)) || undefined)
    return reply.code(204).send()
  })
}

/** Twilio's rule for names in messages: short, no links, no more than four digits. Throws 60200. */
export function friendlyName(text: string, parameter: string): string {
  const digits = text.match(/\p{N}/gu)?.length ?? 0
  if (!/^[\p{L}\p{N} _-]{1,32}$/u.test(text) || digits > 4) throw invalidParameter(parameter)
  return text
}

/** The settings that the form changes; members of a group that it does not name stay as they are. */
function settingsOf(form: Form, now: ServiceSettings): Partial<ServiceSettings> {
  const given: { [Name in keyof ServiceSettings]: ServiceSettings[Name] | undefined } = {
    code_length: form.integer('CodeLength', 4, 10),
    lookup_enabled: form.flag('LookupEnabled'),
    psd2_enabled: form.flag('Psd2Enabled'),
    skip_sms_to_landlines: form.flag('SkipSmsToLandlines'),
    dtmf_input_required: form.flag('DtmfInputRequired'),
    tts_name: form.text('TtsName', 64),
    do_not_share_warning_enabled: form.flag('DoNotShareWarningEnabled'),
    custom_code_enabled: form.flag('CustomCodeEnabled'),
    push: merged(now.push, {
      include_date: form.flag('Push.IncludeDate'),
      apn_credential_sid: sid(form, 'Push.ApnCredentialSid', 'CR'),
      fcm_credential_sid: sid(form, 'Push.FcmCredentialSid', 'CR'),
    }),
    totp: merged(now.totp, {
      issuer: form.text('Totp.Issuer', 64),
      time_step: form.integer('Totp.TimeStep', 20, 60),
      code_length: form.integer('Totp.CodeLength', 3, 8),
      skew: form.integer('Totp.Skew', 0, 2),
    }),
    whatsapp: merged(now.whatsapp, {
      msg_service_sid: sid(form, 'Whatsapp.MsgServiceSid', 'MG'),
      from: form.text('Whatsapp.From', 64),
    }),
    passkeys: merged(now.passkeys, {
      relying_party: merged(now.passkeys.relying_party, {
        id: form.text('Passkeys.RelyingParty.Id', 253),
        name: form.text('Passkeys.RelyingParty.Name', 64),
        origins: form
          .text('Passkeys.RelyingParty.Origins', 2000)
          ?.split(',')
          .map((one) => one.trim())
          .filter(Boolean),
      }),
      authenticator_attachment: form.choice('Passkeys.AuthenticatorAttachment', ['platform', 'cross-platform', 'any']),
      discoverable_credentials: form.choice('Passkeys.DiscoverableCredentials', [
        'required',
        'preferred',
        'discouraged',
      ]),
      user_verification: form.choice('Passkeys.UserVerification', ['required', 'preferred', 'discouraged']),
    }),
    default_template_sid: sid(form, 'DefaultTemplateSid', 'HJ'),
    verify_event_subscription_enabled: form.flag('VerifyEventSubscriptionEnabled'),
    code_ttl: form.integer('CodeTtl', 120, 86_400),
    error_details_enabled: form.flag('ErrorDetailsEnabled'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** `now` with the members that were given; undefined when none was. */
function merged<T extends object>(now: T, given: { [Name in keyof T]: T[Name] | undefined }): T | undefined {
  const changes = Object.entries(given).filter(([, value]) => value !== undefined)
  return changes.length > 0 ? { ...now, ...(Object.fromEntries(changes) as Partial<T>) } : undefined
}

function sid(form: Form, name: string, prefix: string): string | undefined {
  const text = form.text(name)
  if (text !== undefined && !isSid(prefix, text)) throw invalidParameter(name)
  return text
}

/** A service as Twilio answers it. What Aval adds is shown only where it was set. */
function serviceBody(s: Service, base: string) {
  const url = `${base}/v2/Services/${s.sid}`
  const { code_ttl, error_details_enabled, ...settings } = s.settings
  return {
    sid: s.sid,
    account_sid: s.accountSid,
    friendly_name: s.friendlyName,
    ...settings,
    ...(code_ttl !== defaultSettings.code_ttl && { code_ttl }),
    ...(error_details_enabled && { error_details_enabled }),
    date_created: isoSeconds(s.createdAt),
    date_updated: isoSeconds(s.updatedAt),
    url,
    links: {
      verification_checks: `${url}/VerificationCheck`,
      verifications: `${url}/Verifications`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  }
}
