/**
 * Where a message is. A status only ever rises in this order, so that reports may come twice, late and in any order;
 * one that arrived after all is not undelivered.
 */
export const deliveryStatuses = ['queued', 'sent', 'undelivered', 'delivered', 'read'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/**
 * What a failure means for the next message: `temporary`, the same way may work in a moment; `channel`, this way will not work, another
 * may; `permanent`, no way to this address will.
 */
export type FailureKind = 'temporary' | 'channel' | 'permanent'

/** What a carrier says of one of its messages after it took it. It never says anything about a code. */
export interface DeliveryReport {
  /** Name of the carrier. */
  carrier: string
  /** The carrier's name of the message. */
  carrierId: string
  /** Ours, where the carrier was given it to say again: so a report may come before the answer to the sending. */
  messageId?: string | undefined
  status: Exclude<DeliveryStatus, 'queued'>
  failure?: { kind: FailureKind; code: string } | undefined
}

/** The place of a status in the order. */
export function rankOf(status: DeliveryStatus): number {
  return deliveryStatuses.indexOf(status)
}
