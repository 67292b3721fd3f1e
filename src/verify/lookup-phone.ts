import type { CountryCode } from 'libphonenumber-js/max'
import type { Phone } from '../lib/e164.ts'
import { type LineType, lineTypeOf } from '../lib/line-type.ts'
import { type NumberReading, readNumber } from '../lib/numbering.ts'
import type { VerifyDeps } from './deps.ts'
import { readLookupOverride } from './lookup-overrides.ts'
import { type LookupField, type RemotePackage, remotePackageNames } from './lookup-packages.ts'
import type { LookupSource } from './lookup-source.ts'

export interface LookupDeps extends Pick<VerifyDeps, 'db' | 'keys'> {
  /** Who knows what the numbering plan does not say; without one such packages are null. */
  lookupSource?: LookupSource | undefined
}

/** One number, and what is asked of it. */
export interface LookupQuery {
  number: string
  /** Where a number is from that is not in E.164; North America where nothing is said, as at Twilio. */
  country: CountryCode | undefined
  fields: readonly LookupField[]
  /** What packages want to know besides the number. */
  parameters: Record<string, string>
}

/** What is known of a number: `packages` has one member for each package, null where it was not asked for or nobody knows. */
export interface LookupAnswer {
  reading: NumberReading
  packages: Record<Exclude<LookupField, 'validation'>, object | null>
}

/** Looks a number up in the numbering plan, what the account said of it, and the source. An invalid number is an answer like others. */
export async function lookUpPhone(deps: LookupDeps, accountSid: string, query: LookupQuery): Promise<LookupAnswer> {
  const reading = readNumber(query.number, query.country ?? 'US')
  if (!reading.valid) return { reading, packages: { ...nothing, line_type_intelligence: null } }
  const [lineType, told] = await Promise.all([
    query.fields.includes('line_type_intelligence') ? lineTypeFor(deps, accountSid, reading.phone) : undefined,
    askSource(deps, reading.phone, query),
  ])
  return {
    reading,
    packages: { ...nothing, ...told, line_type_intelligence: lineType ? lineTypeIntelligence(lineType) : null },
  }
}

/** The line type that the account said the number has, else what the numbering plan says. */
async function lineTypeFor(deps: LookupDeps, accountSid: string, phone: Phone): Promise<LineType> {
  return (await readLookupOverride(deps, accountSid, phone))?.line_type ?? lineTypeOf(phone)
}

async function askSource({ lookupSource }: LookupDeps, { e164 }: Phone, { fields, parameters }: LookupQuery) {
  const remote = remotePackageNames.filter((name) => fields.includes(name))
  return lookupSource && remote.length > 0 ? lookupSource.ask(e164, remote, parameters) : {}
}

const nothing = Object.fromEntries(remotePackageNames.map((name) => [name, null])) as Record<RemotePackage, null>

function lineTypeIntelligence(type: LineType) {
  return { mobile_country_code: null, mobile_network_code: null, carrier_name: null, type, error_code: null }
}
