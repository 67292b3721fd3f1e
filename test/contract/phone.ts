let numbers = 0

/** A mobile number of Brazil that no other scenario uses. */
export function phone(): string {
  return `+55119${62_000_000 + numbers++}`
}
