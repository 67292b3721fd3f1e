import type { GateDeps } from './deps.ts'

/** How many digits a code of this transaction has: as its policy says, and more while guesses are sprayed. Twilio's codes have Twilio's. */
export async function codeLengthFor(
  { verifier, guard }: Pick<GateDeps, 'verifier' | 'guard'>,
  wanted: number,
): Promise<number> {
  return verifier.ownsCodes ? guard.codeLength(wanted) : wanted
}
