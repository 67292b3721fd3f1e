import type { Instant } from '../lib/clock.ts'

/** What a webhook may ask for. Twilio's come first, and its `*` means those alone; the events of verifications are Aval's own. */
export const webhookEventTypes = [
  '*',
  'factor.created',
  'factor.verified',
  'factor.deleted',
  'challenge.approved',
  'challenge.denied',
  'verification.*',
  'verification.pending',
  'verification.approved',
  'verification.canceled',
  'verification.expired',
  'verification.max_attempts_reached',
] as const
export type WebhookEventType = (typeof webhookEventTypes)[number]

export const webhookStatuses = ['enabled', 'disabled'] as const
export type WebhookStatus = (typeof webhookStatuses)[number]

export const webhookVersions = ['v1', 'v2'] as const
export type WebhookVersion = (typeof webhookVersions)[number]

/** An address of the customer's that hears of what happens in a service. */
export interface Webhook {
  sid: string
  serviceSid: string
  accountSid: string
  friendlyName: string
  eventTypes: WebhookEventType[]
  /** As the customer wrote it: signatures are made over these very characters. */
  url: string
  status: WebhookStatus
  version: WebhookVersion
  createdAt: Instant
  updatedAt: Instant
}
