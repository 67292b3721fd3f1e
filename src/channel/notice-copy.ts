import type { Locale } from '../model/locale.ts'

/**
 * The facts of a change: what may be shown of an address, after a space, or nothing; whether an app is meant; the day from which it counts;
 * and how the act is called that is held.
 */
interface Change {
  mask: string
  app: boolean
  day: string | undefined
  act: string
}

/** The sentences of notices. Text messages drop the accents that GSM-7 lacks. */
export interface NoticeCopy {
  subject(brand: string): string
  changes: Record<string, (change: Change) => string>
  otherwise(change: Change): string
  notYou: string
  /** Of a release that is held: the subject of the letter, and how to call it off, with a link or without. */
  heldSubject(brand: string): string
  callOff: string
  callOffLink: string
}

const ptBR: NoticeCopy = {
  subject: (brand) => `${brand}: mudou a forma de confirmar suas ações`,
  changes: {
    'transaction.held': ({ act, day }) => `pedido confirmado: ${act}. Fica retido até ${day}.`,
    'contact.phone': ({ mask, day }) => `novo celular final${mask}${day ? `, vale a partir de ${day}` : ''}.`,
    'contact.email': ({ mask, day }) => `novo e-mail${mask}${day ? `, vale a partir de ${day}` : ''}.`,
    'factor.totp': () => 'aplicativo autenticador ativado na sua conta.',
    'factor.passkey': () => 'chave de acesso criada na sua conta.',
    'factor.remove': ({ app }) =>
      app ? 'aplicativo autenticador removido da sua conta.' : 'chave de acesso removida da sua conta.',
  },
  otherwise: () => 'mudou a forma de confirmar suas ações.',
  notYou: 'Não foi você? Cancele em Segurança, no site ou app, ou fale com o suporte.',
  heldSubject: (brand) => `${brand}: confira um pedido que está retido`,
  callOff: 'Não foi você? Cancele no site ou app, ou fale com o suporte.',
  callOffLink: 'Não foi você? Cancele aqui',
}

const en: NoticeCopy = {
  subject: (brand) => `${brand}: how you confirm your actions has changed`,
  changes: {
    'transaction.held': ({ act, day }) => `request confirmed: ${act}. On hold until ${day}.`,
    'contact.phone': ({ mask, day }) => `new phone ending in${mask}${day ? `, in use from ${day}` : ''}.`,
    'contact.email': ({ mask, day }) => `new e-mail${mask}${day ? `, in use from ${day}` : ''}.`,
    'factor.totp': () => 'an authenticator app was turned on for your account.',
    'factor.passkey': () => 'a passkey was created for your account.',
    'factor.remove': ({ app }) =>
      app ? 'the authenticator app was removed from your account.' : 'a passkey was removed from your account.',
  },
  otherwise: () => 'how you confirm your actions has changed.',
  notYou: 'Not you? Cancel it under Security, on the site or app, or contact support.',
  heldSubject: (brand) => `${brand}: check a request that is on hold`,
  callOff: 'Not you? Cancel it on the site or app, or contact support.',
  callOffLink: 'Not you? Cancel it here',
}

const es: NoticeCopy = {
  subject: (brand) => `${brand}: cambió la forma de confirmar sus acciones`,
  changes: {
    'transaction.held': ({ act, day }) => `solicitud confirmada: ${act}. Retenida hasta ${day}.`,
    'contact.phone': ({ mask, day }) => `celular nuevo terminado en${mask}${day ? `, vale desde ${day}` : ''}.`,
    'contact.email': ({ mask, day }) => `correo nuevo${mask}${day ? `, vale desde ${day}` : ''}.`,
    'factor.totp': () => 'se activó una app de autenticación en su cuenta.',
    'factor.passkey': () => 'se creó una llave de acceso en su cuenta.',
    'factor.remove': ({ app }) =>
      app ? 'se quitó la app de autenticación de su cuenta.' : 'se quitó una llave de acceso de su cuenta.',
  },
  otherwise: () => 'cambió la forma de confirmar sus acciones.',
  notYou: '¿No fue usted? Cancélelo en Seguridad, en el sitio o app, o contacte a soporte.',
  heldSubject: (brand) => `${brand}: revise una solicitud retenida`,
  callOff: '¿No fue usted? Cancélela en el sitio o app, o contacte a soporte.',
  callOffLink: '¿No fue usted? Cancélela aquí',
}

export const noticeCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, NoticeCopy>
