/** Who owns something in the Verify API: always asked for together, so that another tenant's things are nowhere. */
export interface Tenant {
  account_sid: string
  service_sid: string
}
