export interface PayoutResult {
  policy: string
}
