import type { Locale } from '../model/locale.ts'

/** The sentences of text messages. GSM-7 only: one accent outside its alphabet doubles what a message costs. */
export interface MessageCopy {
  /** "123456 authorises payout of R$ 10,00 to "Ana"". What is undefined is left out. */
  authorises(what: {
    code: string
    act: string | undefined
    amount: string | undefined
    payee: string | undefined
  }): string
  /** What to do when it was not you, longest first. */
  warnings: readonly string[]
  /** Twilio Verify's default text. */
  verification(friendlyName: string, code: string): string
  /** What the verification is for, when the start named it (PSD2). */
  deal(amount: string | undefined, payee: string | undefined): string
  doNotShare: string
  /** How long a code is good for. */
  expires(minutes: string): string
  /** What a call says first where a person must be there before the code is said. */
  pressKey: string
}

const ptBR: MessageCopy = {
  authorises: ({ code, act, amount, payee }) =>
    `${code} autoriza${part(' ', act)}${part(act ? ' de ' : ' ', amount)}${quoted(' para ', payee)}`,
  warnings: ['Nao foi voce? Ignore e nao informe o codigo.', 'Nao foi voce? Ignore.'],
  verification: (friendlyName, code) => `Seu codigo de verificacao ${friendlyName} e: ${code}`,
  deal: (amount, payee) => `Autoriza${part(' ', amount)}${part(' para ', payee)}`,
  doNotShare: 'Nao compartilhe este codigo; nossa equipe nunca pede o codigo',
  expires: (minutes) => `Vale por ${minutes} min`,
  pressKey: 'Pressione qualquer tecla para ouvir o codigo',
}

const en: MessageCopy = {
  authorises: ({ code, act, amount, payee }) =>
    `${code} authorises${part(' ', act)}${part(act ? ' of ' : ' ', amount)}${quoted(' to ', payee)}`,
  warnings: ['Not you? Ignore this and tell nobody the code.', 'Not you? Ignore this.'],
  verification: (friendlyName, code) => `Your ${friendlyName} verification code is: ${code}`,
  deal: (amount, payee) => `It authorises${part(' ', amount)}${part(' to ', payee)}`,
  doNotShare: "Don't share this code with anyone; our employees will never ask for the code",
  expires: (minutes) => `It is good for ${minutes} min`,
  pressKey: 'Press any key to hear the code',
}

const es: MessageCopy = {
  authorises: ({ code, act, amount, payee }) =>
    `${code} autoriza${part(' ', act)}${part(act ? ' de ' : ' ', amount)}${quoted(' a ', payee)}`,
  warnings: ['¿No fue usted? Ignorelo y no diga el codigo a nadie.', '¿No fue usted? Ignorelo.'],
  verification: (friendlyName, code) => `Su codigo de verificacion de ${friendlyName} es: ${code}`,
  deal: (amount, payee) => `Autoriza${part(' ', amount)}${part(' a ', payee)}`,
  doNotShare: 'No comparta este codigo con nadie; nuestro equipo nunca lo pide',
  expires: (minutes) => `Vale por ${minutes} min`,
  pressKey: 'Pulse cualquier tecla para oir el codigo',
}

export const messageCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, MessageCopy>

function part(before: string, text: string | undefined): string {
  return text ? before + text : ''
}

function quoted(before: string, name: string | undefined): string {
  return name ? `${before}"${name}"` : ''
}
