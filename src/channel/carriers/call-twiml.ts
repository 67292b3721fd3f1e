import type { Locale } from '../../model/locale.ts'

type Voices = Record<
  Locale,
  { language: 'pt-BR' | 'en-US' | 'es-MX'; voice: 'Polly.Camila' | 'Polly.Joanna' | 'Polly.Mia' }
>
const voices: Voices = {
  'pt-BR': { language: 'pt-BR', voice: 'Polly.Camila' },
  en: { language: 'en-US', voice: 'Polly.Joanna' },
  es: { language: 'es-MX', voice: 'Polly.Mia' },
}
const keySeconds = 10
const pauseSeconds = 2

/**
 * Asks for a key, twice, and hangs up without one: what is secret is fetched from `speakUrl` only once a key was pressed, so that no
 * voicemail records it (security case A84). Made by Twilio's own builder, which escapes what names hold (A83).
 */
export async function promptTwiml(prompt: string, speakUrl: string, locale: Locale): Promise<string> {
  const response = await newResponse()
  for (let i = 0; i < 2; i++) {
    const gather = response.gather({
      numDigits: 1,
      timeout: keySeconds,
      action: speakUrl,
      method: 'POST',
      input: ['dtmf'],
      // The pound sign is a key like any other.
      finishOnKey: '',
    })
    gather.say(voices[locale], sayable(prompt))
  }
  response.hangup()
  return response.toString()
}

/** Says the words twice, with a pause between, and hangs up. */
export async function wordsTwiml(words: string, locale: Locale): Promise<string> {
  const response = await newResponse()
  response.say(voices[locale], sayable(words))
  response.pause({ length: pauseSeconds })
  response.say(voices[locale], sayable(words))
  response.hangup()
  return response.toString()
}

/** Says one sentence and hangs up. */
export async function sentenceTwiml(sentence: string, locale: Locale): Promise<string> {
  const response = await newResponse()
  response.say(voices[locale], sayable(sentence))
  response.hangup()
  return response.toString()
}

/** Without what XML 1.0 cannot hold (2.2): the builder would refuse it, and quote all of it in its error. */
function sayable(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
}

async function newResponse() {
  const { default: twilio } = await import('twilio')
  return new twilio.twiml.VoiceResponse()
}
