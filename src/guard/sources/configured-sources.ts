import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import { createAccessTokens, type TokenClient } from './access-tokens.ts'
import { type CamaraNumberVerification, createCamaraNumberVerification } from './camara-number-verification.ts'
import { type CamaraSimSwap, createCamaraSimSwap } from './camara-sim-swap.ts'
import { createMinfraud, type MinfraudAccount } from './minfraud.ts'
import { resilientSource, type SourceLog } from './resilient-source.ts'
import { createSignedHook, type FraudHook } from './signed-hook.ts'
import type { FraudSource } from './source.ts'
import { createTwilioLookup, type TwilioLookupAccount } from './twilio-lookup.ts'

/** The outside systems that the settings choose; one that is left out is not asked. */
export interface SourceChoices {
  twilioLookup?: TwilioLookupAccount | undefined
  minfraud?: MinfraudAccount | undefined
  camaraSimSwap?: (Omit<CamaraSimSwap, 'tokens'> & { client: TokenClient }) | undefined
  camaraNumberVerification?: CamaraNumberVerification | undefined
  signedHook?: FraudHook | undefined
}

/** The chosen sources, each with its breaker. Throws where an address is neither https nor this machine, or a key cannot sign. */
export function configuredSources(
  choices: SourceChoices,
  deps: { clock: Pick<Clock, 'now'>; random: Random; log: SourceLog },
): FraudSource[] {
  const { twilioLookup, minfraud, camaraSimSwap, camaraNumberVerification, signedHook } = choices
  const chosen = [
    twilioLookup && createTwilioLookup(twilioLookup, deps.clock),
    minfraud && createMinfraud(minfraud),
    camaraSimSwap &&
      createCamaraSimSwap({ ...camaraSimSwap, tokens: createAccessTokens(camaraSimSwap.client, deps) }, deps.clock),
    camaraNumberVerification && createCamaraNumberVerification(camaraNumberVerification),
    signedHook && createSignedHook(signedHook, deps.clock),
  ]
  return chosen.filter((source) => source !== undefined).map((source) => resilientSource(source, deps.log))
}
