import type { Clock } from '../../lib/clock.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import type { Random } from '../../lib/random.ts'
import { type Carrier, CarrierRefusal } from '../carrier.ts'
import { promptTwiml, wordsTwiml } from './call-twiml.ts'
import { sealWords } from './sealed-words.ts'
import { statusUrl, type TwilioCarrierAccount, twilioCalls } from './twilio-account.ts'
import { madeSid } from './twilio-messages.ts'

interface CallDeps {
  keys: KeyRing
  random: Random
  clock: Pick<Clock, 'now'>
}

/** A call may be answered for as long as a code lives. */
const wordsTtlMs = 10 * 60_000

/** Calls by Twilio. The code is said after a key press, digit by digit, twice; where no key is asked for, at once. */
export function createTwilioCall(account: TwilioCarrierAccount, from: string, deps: CallDeps): Carrier {
  const call = twilioCalls(account)
  return {
    name: 'twilio',
    async send({ id, to, locale, call: script }) {
      if (!script) throw new CarrierRefusal('channel', 'no_script')
      const { prompt, words, sendDigits } = script
      const twiml =
        prompt === undefined
          ? await wordsTwiml(words, locale)
          : await promptTwiml(prompt, speakUrl(account, deps, { id, words, locale }), locale)
      const made = await call((client) =>
        client.calls.create({
          to,
          from,
          twiml,
          ...(sendDigits && { sendDigits }),
          statusCallback: statusUrl(account, id),
          statusCallbackEvent: ['completed'],
        }),
      )
      return { carrierId: madeSid(made, /^CA[0-9a-f]{32}$/), status: 'sent' }
    },
  }
}

function speakUrl(
  { publicUrl }: TwilioCarrierAccount,
  { keys, random, clock }: CallDeps,
  { id, words, locale }: { id: string; words: string; locale: 'pt-BR' | 'en' | 'es' },
): string {
  const sealed = sealWords(keys, random, { words, locale }, id, clock.now() + wordsTtlMs)
  return `${publicUrl}/hooks/twilio/speak?${new URLSearchParams({ message: id, locale, words: sealed })}`
}
