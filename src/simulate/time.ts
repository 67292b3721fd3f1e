/** Milliseconds. The simulated world counts from midnight at home of its first day. */
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
