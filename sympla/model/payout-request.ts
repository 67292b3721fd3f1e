/**
 * creating -> pending -> stored -> released
 * creating | pending -> denied | expired | locked | canceled | refused | lost
 * `stored` is processed here and not yet acknowledged to Aval; `lost` is unknown to Aval.
 */
export type RequestStatus = 'creating' | 'pending' | 'stored' | 'released' | FailedStatus
export type FailedStatus = 'denied' | 'expired' | 'locked' | 'canceled' | 'refused' | 'lost'

/** One ask for approval of one version of a draft: at most one transaction of Aval. */
export interface PayoutRequest {
  id: string
  organizer: string
  draftId: string
  draftVersion: number
  status: RequestStatus
  transactionId: string | undefined
  /** How people name it, here and on Aval's page. */
  ref: string | undefined
  phoneLast4: string | undefined
  releaseId: string | undefined
  polls: number
  createdAt: number
  /** What will be asked of Aval, sealed; only while it is being created. */
  bodySealed: string | undefined
  /** The page where the organizer approves, sealed; only while it is of use. */
  urlSealed: string | undefined
}

/** Whether nothing more will come of the request. */
export function hasFailed(request: PayoutRequest): request is PayoutRequest & { status: FailedStatus } {
  return !['creating', 'pending', 'stored', 'released'].includes(request.status)
}
