import type { Session } from '../session.ts'
import { driveAccessTokens } from './access-tokens.ts'
import { driveAttempts } from './attempts.ts'
import { driveChallenges } from './challenges.ts'
import { driveEntities } from './entities.ts'
import { driveFactors } from './factors.ts'
import { driveForms } from './forms.ts'
import { driveLookups } from './lookups.ts'
import { driveMessagingConfigurations } from './messaging-configurations.ts'
import { drivePasskeys } from './passkeys.ts'
import { driveRateLimits } from './rate-limits.ts'
import { driveSafeList } from './safe-list.ts'
import { driveServices } from './services.ts'
import { driveTemplates } from './templates.ts'
import { driveVerificationChecks } from './verification-checks.ts'
import { driveVerifications } from './verifications.ts'
import { driveWebhooks } from './webhooks.ts'

/** The scenarios by their names; together they make every operation of Verify v2, and Lookup's. */
export const drives: Readonly<Record<string, (session: Session) => Promise<void>>> = {
  services: driveServices,
  verifications: driveVerifications,
  'verification-checks': driveVerificationChecks,
  attempts: driveAttempts,
  'rate-limits': driveRateLimits,
  'messaging-configurations': driveMessagingConfigurations,
  templates: driveTemplates,
  'safe-list': driveSafeList,
  forms: driveForms,
  webhooks: driveWebhooks,
  entities: driveEntities,
  factors: driveFactors,
  challenges: driveChallenges,
  passkeys: drivePasskeys,
  'access-tokens': driveAccessTokens,
  lookups: driveLookups,
}
