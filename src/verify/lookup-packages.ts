import { z } from 'zod'

const text = z.string().nullable().default(null)
const number = z.number().nullable().default(null)
const flag = z.boolean().nullable().default(null)
const flat = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

/** The packages of Lookup v2 that only carriers and registers can answer, each as it is answered: a member that is left out is null. */
export const remotePackages = {
  caller_name: z.object({ caller_name: text, caller_type: text, error_code: number }),
  sim_swap: z.object({
    last_sim_swap: z
      .object({ last_sim_swap_date: text, swapped_period: text, swapped_in_period: flag })
      .nullable()
      .default(null),
    carrier_name: text,
    mobile_country_code: text,
    mobile_network_code: text,
    error_code: number,
  }),
  call_forwarding: z.object({ call_forwarding_enabled: flag, error_code: number }),
  line_status: z.object({ status: text, error_code: number }),
  identity_match: z.object({
    first_name_match: text,
    last_name_match: text,
    address_lines_match: text,
    city_match: text,
    state_match: text,
    postal_code_match: text,
    address_country_match: text,
    national_id_match: text,
    date_of_birth_match: text,
    summary_score: number,
    error_code: number,
    error_message: text,
  }),
  // The error code of this one is text in Twilio's own description.
  reassigned_number: z.object({
    last_verified_date: text,
    is_number_reassigned: text,
    error_code: z.union([z.string(), z.number()]).nullable().default(null),
  }),
  sms_pumping_risk: z.object({
    carrier_risk_category: text,
    number_blocked: flag,
    number_blocked_date: text,
    number_blocked_last_3_months: flag,
    sms_pumping_risk_score: number,
    error_code: number,
  }),
  phone_number_quality_score: flat,
  pre_fill: flat,
}

export type RemotePackage = keyof typeof remotePackages
export const remotePackageNames = Object.keys(remotePackages) as RemotePackage[]

/** All packages; `validation` is what every lookup answers. */
export const lookupFields = ['validation', 'line_type_intelligence', ...remotePackageNames] as const
export type LookupField = (typeof lookupFields)[number]

/** What a package wants to know of the person besides the number, as JSON spells it. */
export const packageParameters: Partial<Record<LookupField, readonly string[]>> = {
  identity_match: [
    'first_name',
    'last_name',
    'address_line1',
    'address_line2',
    'city',
    'state',
    'postal_code',
    'address_country_code',
    'national_id',
    'date_of_birth',
  ],
  reassigned_number: ['last_verified_date'],
  sms_pumping_risk: ['partner_sub_id'],
  pre_fill: ['verification_sid'],
}

/** The name of a parameter as a query spells it: first_name is FirstName. */
export function queryName(parameter: string): string {
  return parameter.replace(/(?:^|_)(\w)/g, (_mark, letter: string) => letter.toUpperCase())
}
