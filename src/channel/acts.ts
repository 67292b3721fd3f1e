import type { Locale } from '../model/locale.ts'

/** How what is done is called: on the card, and as the noun of "Confirm payout" and of "Confirm payout of R$ 10.00". */
export interface Act {
  line: string
  noun: string
  nounOf: string
  /** What the card calls the one whom it is for, where that is no payee. */
  target?: string
}

const acts: Record<Locale, { any: Act; byKind: Record<string, Act> }> = {
  'pt-BR': {
    any: { line: 'Operação protegida', noun: 'operação', nounOf: 'operação' },
    byKind: {
      'payout_account.change': {
        line: 'Trocar a conta de repasse',
        noun: 'troca da conta de repasse',
        nounOf: 'troca da conta e repasse',
      },
      'payout.withdraw': { line: 'Repasse', noun: 'repasse', nounOf: 'repasse' },
      'registration.finalize': { line: 'Inscrição', noun: 'inscrição', nounOf: 'inscrição' },
      'contact.phone': act('Cadastrar celular', 'cadastro de celular', 'Novo celular'),
      'contact.email': act('Cadastrar e-mail', 'cadastro de e-mail', 'Novo e-mail'),
      'factor.totp': act('Ativar aplicativo autenticador', 'uso de aplicativo autenticador', 'Aplicativo'),
      'factor.passkey': act('Criar chave de acesso', 'criação de chave de acesso', 'Nome da chave'),
      'factor.remove': act('Remover forma de confirmar', 'remoção de forma de confirmar', 'O que sai'),
    },
  },
  en: {
    any: { line: 'Protected action', noun: 'action', nounOf: 'action' },
    byKind: {
      'payout_account.change': {
        line: 'Change the payout account',
        noun: 'payout account change',
        nounOf: 'account change and payout',
      },
      'payout.withdraw': { line: 'Payout', noun: 'payout', nounOf: 'payout' },
      'registration.finalize': { line: 'Registration', noun: 'registration', nounOf: 'registration' },
      'contact.phone': act('Register a phone', 'phone registration', 'New phone'),
      'contact.email': act('Register an e-mail address', 'e-mail registration', 'New e-mail'),
      'factor.totp': act('Turn on an authenticator app', 'authenticator app setup', 'App'),
      'factor.passkey': act('Create a passkey', 'passkey creation', 'Name of the passkey'),
      'factor.remove': act('Remove a way to confirm', 'removal of a way to confirm', 'What goes'),
    },
  },
  es: {
    any: { line: 'Operación protegida', noun: 'operación', nounOf: 'operación' },
    byKind: {
      'payout_account.change': {
        line: 'Cambiar la cuenta de cobro',
        noun: 'cambio de cuenta de cobro',
        nounOf: 'cambio de cuenta y cobro',
      },
      'payout.withdraw': { line: 'Cobro', noun: 'cobro', nounOf: 'cobro' },
      'registration.finalize': { line: 'Inscripción', noun: 'inscripción', nounOf: 'inscripción' },
      'contact.phone': act('Registrar un celular', 'registro de celular', 'Celular nuevo'),
      'contact.email': act('Registrar un correo', 'registro de correo', 'Correo nuevo'),
      'factor.totp': act('Activar app de autenticación', 'uso de app de autenticación', 'App'),
      'factor.passkey': act('Crear llave de acceso', 'creación de llave de acceso', 'Nombre de la llave'),
      'factor.remove': act('Quitar forma de confirmar', 'retiro de forma de confirmar', 'Lo que se quita'),
    },
  },
}

/** How the act of a kind is called; a kind that is not listed has a general name. */
export function actOf(kind: string, locale: Locale): Act {
  const { any, byKind } = acts[locale]
  return (Object.hasOwn(byKind, kind) && byKind[kind]) || any
}

function act(line: string, noun: string, target: string): Act {
  return { line, noun, nounOf: noun, target }
}
