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
    })
    gather.say(voices[locale], prompt)
  }
  response.hangup()
  return response.toString()
}

/** Says the words twice, with a pause between, and hangs up. */
export async function wordsTwiml(words: string, locale: Locale): Promise<string> {
  const response = await newResponse()
  response.say(voices[locale], words)
  response.pause({ length: pauseSeconds })
  response.say(voices[locale], words)
  response.hangup()
  return response.toString()
}

/** Says one sentence and hangs up. */
export async function sentenceTwiml(sentence: string, locale: Locale): Promise<string> {
  const response = await newResponse()
  response.say(voices[locale], sentence)
  response.hangup()
  return response.toString()
}

async function newResponse() {
  const { default: twilio } = await import('twilio')
  return new twilio.twiml.VoiceResponse()
}
