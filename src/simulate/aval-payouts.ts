import { defaultReleaseRules, judgeRelease } from '../guard/assess/judge-release.ts'
import type { Signals } from '../guard/rules/signals.ts'
import type { PayoutOutcome, PayoutPolicy, PayoutSignals } from './payouts.ts'

const hourMs = 3_600_000

/** The guard of payouts: what decides in production, by what the simulated world lets it see. */
export const avalPayouts: PayoutPolicy = {
  name: 'Aval',
  namesPayee: true,
  decide(seen) {
    const { outcome, holdMs, barsPhone } = judgeRelease(signalsOf(seen), defaultReleaseRules, {
      hasStrong: seen.strongFactor !== 'none',
      overDay: seen.newDevice && seen.amount > defaultReleaseRules.newDeviceDayBrl,
    })
    return { outcome: outcomeOf(outcome, holdMs, barsPhone), strong: true }
  },
}

function outcomeOf(
  outcome: ReturnType<typeof judgeRelease>['outcome'],
  holdMs: number,
  barsPhone: boolean,
): PayoutOutcome {
  if (outcome === 'refuse' || outcome === 'review') return outcome
  if (outcome === 'hold') return holdMs > 24 * hourMs ? 'hold72' : 'hold24'
  return outcome === 'stronger' || barsPhone ? 'strong' : 'ordinary'
}

function signalsOf(seen: PayoutSignals): Partial<Signals> {
  return {
    sim_changed: inMs(seen.simChangedHours),
    call_forwarding: seen.callForwarding,
    line_type: seen.voip ? 'nonFixedVoip' : 'mobile',
    new_device: seen.newDevice,
    new_country: seen.newCountry,
    impossible_travel: seen.impossibleTravel,
    contact_changed: inMs(seen.contactChangedHours),
    password_changed: inMs(seen.passwordChangedHours),
    account_age: seen.accountAgeDays * 24 * hourMs,
    payee_document_differs: seen.payeeOwner === undefined ? undefined : seen.payeeOwner === 'other',
    payee_used_elsewhere: seen.payeeUsedByOther,
    amount: { value: seen.amount.toFixed(2), currency: 'BRL' },
  }
}

function inMs(hours: number | undefined): number | undefined {
  return hours === undefined ? undefined : hours * hourMs
}
