import { z } from 'zod'
import { evidenceNames } from '../../model/assessment.ts'
import { defaultReleaseRules, type ReleaseRules } from './judge-release.ts'

const hourMs = 3_600_000
const decibans = z.number().min(-40).max(40)
const hours = z.number().min(1).max(720)

/** How operators set the rules of release; what they leave out stays as it is. */
export const releasePart = z
  .strictObject({
    stronger_from: decibans,
    hold_without_from: decibans,
    hold_from: decibans,
    review_from: decibans,
    hold_h: hours,
    long_hold_h: hours,
    new_device_day_brl: z.number().min(0).max(1_000_000_000),
    sim_unknown_brl: z.number().min(0).max(1_000_000_000),
    weights: z.partialRecord(z.enum(evidenceNames), decibans),
  })
  .partial()
  .superRefine((given, context) => {
    const { strongerFrom, holdWithoutFrom, holdFrom, reviewFrom } = withReleasePart(defaultReleaseRules, given)
    if (strongerFrom <= holdWithoutFrom && holdWithoutFrom <= holdFrom && holdFrom <= reviewFrom) return
    const message = 'stronger_from, hold_without_from, hold_from and review_from must not fall in this order'
    context.addIssue({ code: 'custom', message })
  })
type ReleasePart = z.output<typeof releasePart>

/** The rules as operators read them. */
export function releasePartOf(rules: ReleaseRules = defaultReleaseRules): ReleasePart {
  return {
    stronger_from: rules.strongerFrom,
    hold_without_from: rules.holdWithoutFrom,
    hold_from: rules.holdFrom,
    review_from: rules.reviewFrom,
    hold_h: rules.holdMs / hourMs,
    long_hold_h: rules.longHoldMs / hourMs,
    new_device_day_brl: rules.newDeviceDayBrl,
    sim_unknown_brl: rules.simUnknownBrl,
    weights: { ...rules.weights },
  }
}

/** The rules with what operators set. */
export function withReleasePart(rules: ReleaseRules = defaultReleaseRules, given: ReleasePart): ReleaseRules {
  const { hold_h, long_hold_h } = given
  return {
    strongerFrom: given.stronger_from ?? rules.strongerFrom,
    holdWithoutFrom: given.hold_without_from ?? rules.holdWithoutFrom,
    holdFrom: given.hold_from ?? rules.holdFrom,
    reviewFrom: given.review_from ?? rules.reviewFrom,
    holdMs: hold_h === undefined ? rules.holdMs : hold_h * hourMs,
    longHoldMs: long_hold_h === undefined ? rules.longHoldMs : long_hold_h * hourMs,
    newDeviceDayBrl: given.new_device_day_brl ?? rules.newDeviceDayBrl,
    simUnknownBrl: given.sim_unknown_brl ?? rules.simUnknownBrl,
    weights: { ...rules.weights, ...given.weights } as ReleaseRules['weights'],
  }
}
