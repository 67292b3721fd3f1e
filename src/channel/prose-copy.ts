import type { Locale } from '../model/locale.ts'

/** The sentences of calls, WhatsApp messages and e-mail, with all their accents. Those of text messages are in message-copy. */
export interface ProseCopy {
  call: {
    prompt(brand: string): string
    /** "The code 4, 9, 3 authorises payout of R$ 10.00 to Ana." What is undefined is left out. */
    authorises(what: { digits: string; act: string; amount: string | undefined; payee: string | undefined }): string
    warning: string
    /** When the code's time is over, or the request cannot be told from a forged one. */
    over: string
  }
  /** What Meta's authentication template says: its words are Meta's, here so that a local reader sees them. */
  whatsapp: {
    code(code: string): string
    warning: string
    expires(minutes: number): string
    button: string
  }
  email: {
    /** Without the code: subjects are shown on locked screens. */
    subject(brand: string, act: string, amount: string | undefined): string
    lead(brand: string): string
    /** Of a code that is for no transaction. */
    verifySubject(brand: string): string
    verify(brand: string): string
    expires(minutes: number): string
    action: string
    amount: string
    payee: string
    warning(brand: string): string
  }
}

const ptBR: ProseCopy = {
  call: {
    prompt: (brand) => `Olá. Aqui é ${brand}. Para ouvir o seu código, pressione qualquer tecla.`,
    authorises: ({ digits, act, amount, payee }) =>
      `O código ${digits}, autoriza ${act}${part(' de ', amount)}${part(' para ', payee)}.`,
    warning: 'Não informe este código a ninguém, nem a quem disser que é do suporte. Se não foi você, desligue.',
    over: 'Este código não vale mais. Peça outro na página.',
  },
  whatsapp: {
    code: (code) => `*${code}* é seu código de verificação.`,
    warning: 'Para sua segurança, não compartilhe este código.',
    expires: (minutes) =>
      minutes === 1 ? 'Este código expira em 1 minuto.' : `Este código expira em ${minutes} minutos.`,
    button: 'Copiar código',
  },
  email: {
    subject: (brand, act, amount) => `${brand}: confirme ${act}${part(' de ', amount)}`,
    lead: (brand) => `Use este código na página de ${brand} para confirmar o que está abaixo, e só isso:`,
    verifySubject: (brand) => `Seu código de verificação ${brand}`,
    verify: (brand) => `Use este código para confirmar seu e-mail em ${brand}:`,
    expires: (minutes) =>
      `Ele vale por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`} e só pode ser usado uma vez.`,
    action: 'Ação',
    amount: 'Valor',
    payee: 'Favorecido',
    warning: (brand) =>
      `Não foi você? Não informe o código a ninguém e avise ${brand} pelo site ou aplicativo. Ninguém da nossa equipe pede esse código.`,
  },
}

const en: ProseCopy = {
  call: {
    prompt: (brand) => `Hello. This is ${brand}. To hear your code, press any key.`,
    authorises: ({ digits, act, amount, payee }) =>
      `The code ${digits}, authorises ${act}${part(' of ', amount)}${part(' to ', payee)}.`,
    warning: 'Tell nobody this code, not even somebody who says they are support. If this was not you, hang up.',
    over: 'This code is no longer valid. Ask for another one on the page.',
  },
  whatsapp: {
    code: (code) => `*${code}* is your verification code.`,
    warning: 'For your security, do not share this code.',
    expires: (minutes) =>
      minutes === 1 ? 'This code expires in 1 minute.' : `This code expires in ${minutes} minutes.`,
    button: 'Copy code',
  },
  email: {
    subject: (brand, act, amount) => `${brand}: confirm ${act}${part(' of ', amount)}`,
    lead: (brand) => `Use this code on ${brand}'s page to confirm what is below, and nothing else:`,
    verifySubject: (brand) => `Your ${brand} verification code`,
    verify: (brand) => `Use this code to confirm your e-mail address at ${brand}:`,
    expires: (minutes) => `It is valid for ${minutes === 1 ? '1 minute' : `${minutes} minutes`} and works once.`,
    action: 'Action',
    amount: 'Amount',
    payee: 'Payee',
    warning: (brand) =>
      `Not you? Tell nobody the code, and let ${brand} know on its site or app. Our team never asks for this code.`,
  },
}

const es: ProseCopy = {
  call: {
    prompt: (brand) => `Hola. Le habla ${brand}. Para oír su código, pulse cualquier tecla.`,
    authorises: ({ digits, act, amount, payee }) =>
      `El código ${digits}, autoriza ${act}${part(' de ', amount)}${part(' a ', payee)}.`,
    warning: 'No diga este código a nadie, ni a quien diga ser de soporte. Si no fue usted, cuelgue.',
    over: 'Este código ya no vale. Pida otro en la página.',
  },
  whatsapp: {
    code: (code) => `Tu código de verificación es *${code}*.`,
    warning: 'Por tu seguridad, no lo compartas.',
    expires: (minutes) =>
      minutes === 1 ? 'Este código caduca en 1 minuto.' : `Este código caduca en ${minutes} minutos.`,
    button: 'Copiar código',
  },
  email: {
    subject: (brand, act, amount) => `${brand}: confirme ${act}${part(' de ', amount)}`,
    lead: (brand) => `Use este código en la página de ${brand} para confirmar lo que sigue, y nada más:`,
    verifySubject: (brand) => `Su código de verificación de ${brand}`,
    verify: (brand) => `Use este código para confirmar su correo en ${brand}:`,
    expires: (minutes) => `Vale por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`} y sirve una sola vez.`,
    action: 'Acción',
    amount: 'Monto',
    payee: 'Beneficiario',
    warning: (brand) =>
      `¿No fue usted? No diga el código a nadie y avise a ${brand} por su sitio o app. Nadie de nuestro equipo pide este código.`,
  },
}

export const proseCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, ProseCopy>

function part(before: string, text: string | undefined): string {
  return text ? before + text : ''
}
