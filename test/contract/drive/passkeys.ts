import { expect } from 'vitest'
import { createAuthenticator } from '../../support/authenticator.ts'
import type { Session } from '../session.ts'

const site = { rpId: 'example.com', origin: 'https://example.com' }

/** Passkeys: enrolled and used with a software authenticator, of a known identity and of whoever it discovers. */
export async function drivePasskeys(s: Session): Promise<void> {
  const ServiceSid = s.service
  const identity = 'ff483d1ff591898a9942916050d2ca3f'
  const own = { ServiceSid, Identity: identity }
  const relyingParty = {
    'Passkeys.RelyingParty.Id': site.rpId,
    'Passkeys.RelyingParty.Name': 'Example',
    'Passkeys.RelyingParty.Origins': site.origin,
    'Passkeys.AuthenticatorAttachment': 'platform',
  }
  for (const Sid of [ServiceSid, s.foreign]) await s.ok('UpdateService', { Sid }, { form: relyingParty })
  const authenticator = createAuthenticator(site)

  const good = { friendly_name: 'friendly_name', identity }
  const made = await s.ok('CreateNewFactorPasskey', { ServiceSid }, { json: good })
  expect(made).toMatchObject({ factor_type: 'passkeys', status: 'unverified', identity, binding: null })
  expect(made.options.publicKey).toMatchObject({ rp: { id: 'example.com', name: 'Example' }, attestation: 'none' })
  expect(made.options.publicKey.pubKeyCredParams).toEqual(expect.arrayContaining([{ type: 'public-key', alg: -7 }]))
  expect(await s.ok('ListFactor', own)).toMatchObject({ factors: [{ sid: made.sid, factor_type: 'passkeys' }] })
  const credential = authenticator.register(made.options)
  await s.hidden('UpdatePasskeysFactor', {}, { json: credential })
  const verified = await s.ok('UpdatePasskeysFactor', { ServiceSid }, { json: credential })
  expect(verified).toMatchObject({ sid: made.sid, status: 'verified' })
  expect(await s.ok('FetchFactor', { ...own, Sid: made.sid })).toEqual(verified)

  const discoverable = await s.ok('CreateChallengePasskeys', { ServiceSid }, { json: {} })
  expect(discoverable).toMatchObject({ status: 'pending', factor_type: 'passkeys' })
  const assertion = authenticator.authenticate(discoverable.options)
  await s.hidden('UpdateChallengePasskeys', {}, { json: assertion })
  const approved = await s.ok('UpdateChallengePasskeys', { ServiceSid }, { json: assertion })
  expect(approved).toMatchObject({ sid: discoverable.sid, status: 'approved', identity, factor_sid: made.sid })
  await s.refused(403, 'UpdateChallengePasskeys', { ServiceSid }, { json: assertion }, 60322)

  const asked = await s.ok('CreateChallengePasskeys', { ServiceSid }, { json: { identity, factor_sid: made.sid } })
  expect(asked).toMatchObject({ identity, factor_sid: made.sid, entity_sid: made.entity_sid })
  const forged = authenticator.authenticate(asked.options, { otherKey: true })
  await s.refused(403, 'UpdateChallengePasskeys', { ServiceSid }, { json: forged }, 60324)
  const right = authenticator.authenticate(asked.options)
  expect(await s.ok('UpdateChallengePasskeys', { ServiceSid }, { json: right })).toMatchObject({ status: 'approved' })

  await s.refusesIllInput('CreateNewFactorPasskey', { ServiceSid }, { json: good })
  for (const ill of ['short', 'with space in it', 'a'.repeat(65), 'ünïcödé-ïdéntïtÿ', 12345678, ['an-identity']])
    await s.refused(400, 'CreateNewFactorPasskey', { ServiceSid }, { json: { ...good, identity: ill } })
  // Browsers say null where they do not know the attachment, and `id` and `rawId` are the same bytes: either is enough.
  const tolerated = ['authenticatorAttachment', 'id', 'rawId']
  await s.refusesIllInput('UpdatePasskeysFactor', { ServiceSid }, { json: credential }, tolerated)
  await s.refusesIllInput('CreateChallengePasskeys', { ServiceSid }, { json: { identity } })
  await s.refusesIllInput('UpdateChallengePasskeys', { ServiceSid }, { json: right }, tolerated)
  await s.hidden('CreateChallengePasskeys', {}, { json: { identity } })
  await s.hidden('CreateChallengePasskeys', {}, { json: { factor_sid: made.sid } })
  for (const id of [
    'CreateNewFactorPasskey',
    'UpdatePasskeysFactor',
    'CreateChallengePasskeys',
    'UpdateChallengePasskeys',
  ])
    await s.refusesUnknownMethods(id, { ServiceSid }, ['POST'])
}
