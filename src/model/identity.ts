/** Twilio's form of the name that a caller gives a user: 8 to 64 letters, digits and dashes. */
export function isIdentity(text: string): boolean {
  return /^[A-Za-z0-9-]{8,64}$/.test(text)
}
