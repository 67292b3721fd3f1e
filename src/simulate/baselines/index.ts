import type { PolicyFactory } from '../policy.ts'
import { authgear } from './authgear.ts'
import { betterAuth } from './better-auth.ts'
import { gitlab } from './gitlab.ts'
import { none, perIp, perIpAndNumber, perNumber } from './limits.ts'
import { prefixConversionMax, prefixConversionStandard } from './prefix-conversion.ts'
import { supabase } from './supabase.ts'
import { vonage } from './vonage.ts'

/** What is in use elsewhere, transcribed where its code or rule is public. */
export const baselines: readonly PolicyFactory[] = [
  none,
  perIp,
  perNumber,
  perIpAndNumber,
  betterAuth,
  supabase,
  gitlab,
  vonage,
  prefixConversionStandard,
  prefixConversionMax,
  authgear,
]
