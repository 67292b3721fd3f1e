import { z } from 'zod'
import { type ChannelChaos, type Chaos, failureOf } from '../../channel/chaos.ts'
import type { Channel } from '../../model/factor.ts'
import { type PresetName, presetNames } from './copy/inbox-copy.ts'

const percent = z.number().min(0).max(100)
const channelChaos = z.strictObject({
  delay_ms: z.int().min(0).max(86_400_000).optional(),
  drop: percent.optional(),
  undelivered: z
    .strictObject({
      percent,
      code: z.string().regex(/^[\w.-]{1,32}$/, 'use up to 32 letters, digits, points and hyphens'),
      kind: z.enum(['temporary', 'channel', 'permanent']).optional(),
    })
    .transform(({ percent, code, kind }) => ({ percent, ...failureOf(code), ...(kind && { kind }) }))
    .optional(),
  duplicate: percent.optional(),
  rate_limit: percent.optional(),
  fail: percent.optional(),
})

/** Body of PUT /dev/api/chaos: the chaos of the channels that it names. */
export const chaosBody = z.strictObject({
  sms: channelChaos.optional(),
  whatsapp: channelChaos.optional(),
  call: channelChaos.optional(),
  email: channelChaos.optional(),
})

/** A field that is empty leaves the channel as it is. */
const preset = z.union([z.literal('').transform(() => undefined), z.enum(presetNames)]).optional()
export const chaosForm = z.object({ sms: preset, whatsapp: preset, call: preset, email: preset })

/** The channels that are named, without those that are undefined. */
export function namedChaos(chaos: { [Name in Channel]?: ChannelChaos | undefined }): Partial<Chaos> {
  return Object.fromEntries(Object.entries(chaos).filter(([, each]) => each !== undefined))
}

/** What a preset means for a channel. */
export function presetOf(name: PresetName, channel: Channel): ChannelChaos {
  return presets[name](channel)
}

/** The preset that this chaos is; undefined where it is none. */
export function presetNameOf(chaos: ChannelChaos, channel: Channel): PresetName | undefined {
  return presetNames.find((name) => sortedJson(presetOf(name, channel)) === sortedJson(chaos))
}

const failureCodes: Record<Channel, string> = { sms: '30003', whatsapp: '131026', call: '30003', email: '550' }

const presets: Record<PresetName, (channel: Channel) => ChannelChaos> = {
  normal: () => ({}),
  slow: () => ({ delay_ms: 20_000 }),
  undelivered: (channel) => ({ undelivered: { percent: 100, ...failureOf(failureCodes[channel]) } }),
  drop: () => ({ drop: 100 }),
  duplicate: () => ({ duplicate: 100 }),
  rate_limit: () => ({ rate_limit: 100 }),
  fail: () => ({ fail: 100 }),
}

/** Equal for what happens alike: what never happens is left out. */
function sortedJson({ undelivered, ...shares }: ChannelChaos): string {
  const parts = Object.entries(shares).filter(([, share]) => share)
  return JSON.stringify([parts.sort(), undelivered?.percent ? Object.entries(undelivered).sort() : []])
}
