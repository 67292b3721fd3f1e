import type { PageCopy } from './copy.ts'

export const es: PageCopy = {
  languageName: 'Español',
  languagesLabel: 'Idioma',
  title: (task, brand, wrong) => `${wrong ? 'Error: ' : ''}${task} - ${brand}`,
  problem: 'Hay un problema',
  localBanner: 'Entorno local: ningún SMS sale de esta máquina.',
  localInbox: 'Ver los mensajes',

  cardTitle: 'Lo que está aprobando',
  cardTitleApproved: 'Lo que aprobó',
  cardTitleOver: 'La solicitud',
  action: 'Acción',
  amount: 'Monto',
  payee: 'Beneficiario',
  reference: 'Ref.',
  confirm: (noun, amount) => (amount ? `Confirmar ${noun} de ${amount}` : `Confirmar ${noun}`),

  chooseHeading: 'Confirme que es usted',
  chooseText: (lastFour) => `Enviaremos un código por SMS al número terminado en ${lastFour}.`,
  chooseButton: 'Recibir código por SMS',
  willEnroll: 'Al confirmar, este celular queda registrado para aprobar sus próximas acciones.',

  codeHeading: 'Revise su celular',
  sent: (lastFour, minutes) =>
    `Enviamos un código por SMS al número terminado en ${lastFour}. Es válido por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`,
  codeLabel: (digits) => `Código de ${digits} dígitos`,
  codeHint: 'Puede pegar el código. Se ignoran espacios y guiones.',
  resend: 'Reenviar código',
  resendIn: 'Puede pedir otro código en',
  resendReady: 'Ya puede pedir otro código.',
  resendTooSoon: (seconds) => `Espere ${secondsText(seconds)} para pedir otro código.`,
  resendLast: 'Puede pedir el código solo una vez más.',
  resendNone: 'No quedan más envíos para esta solicitud. El último código enviado sigue sirviendo.',
  resent: 'Código reenviado. El mensaje anterior también sirve.',
  newCode: 'Recibir un código nuevo',
  helpSummary: '¿No recibió el código?',
  helpSignal: (lastFour) =>
    `El SMS puede tardar un minuto. Revise que el celular terminado en ${lastFour} tenga señal y que el mensaje no esté en spam.`,
  helpNumber: (brand) =>
    `¿El número es incorrecto o perdió el celular? Por seguridad no se cambia en este paso. Vuelva a ${brand} y pida el cambio.`,
  safe: 'Nadie de nuestro equipo pide este código. Si no inició esta acción,',
  deny: 'rechácela ahora',

  codeMissing: (digits) => `Ingrese el código de ${digits} dígitos que enviamos por SMS.`,
  codeShort: (digits, missing) =>
    `El código tiene ${digits} dígitos. ${missing === 1 ? 'Falta 1' : `Faltan ${missing}`}.`,
  codeLong: (digits) => `El código tiene solo ${digits} dígitos.`,
  codeLetters: 'El código solo tiene números.',
  codeWrong: (left) => `El código no coincide. ${left === 1 ? 'Le queda 1 intento' : `Le quedan ${left} intentos`}.`,
  codeWrongLast: 'El código no coincide. Queda 1 intento; después esta solicitud se bloquea.',
  codeExpired: 'Este código expiró. Pida uno nuevo.',
  notDelivered: 'El SMS no se pudo enviar ahora. Intente de nuevo en un momento.',

  expiring: 'El código expira en 1 minuto.',
  checking: 'Verificando el código.',
  offline: 'Está sin conexión. Lo que escribió sigue aquí.',

  screens: {
    notFound: {
      heading: 'Este enlace ya no sirve',
      text: ({ brand }) => `Vuelva a ${brand} y empiece de nuevo.`,
    },
    exhausted: {
      heading: 'Pidió demasiados códigos',
      text: ({ brand }) =>
        `No quedan más envíos para esta solicitud. No se pagó ni cambió nada. Vuelva a ${brand} y empiece de nuevo.`,
    },
    locked: {
      heading: 'Demasiados intentos',
      text: ({ brand }) =>
        `Por seguridad, esta solicitud quedó bloqueada. No se pagó ni cambió nada. Vuelva a ${brand} y empiece de nuevo.`,
    },
    blocked: {
      heading: 'No podemos enviar un código',
      text: ({ reference }) => `Contacte a soporte e indique ${reference}. No se pagó ni cambió nada.`,
    },
    changed: {
      heading: 'Los datos cambiaron',
      text: () => 'Los datos cambiaron después del envío. Por seguridad el código anterior ya no sirve.',
    },
    superseded: {
      heading: 'Esta solicitud ya no sirve',
      text: ({ brand }) =>
        `Otro celular fue registrado mientras tanto. No se pagó ni cambió nada. Vuelva a ${brand} y empiece de nuevo.`,
    },
    used: {
      heading: 'Esta confirmación ya se usó',
      text: ({ at }) => `Se usó el ${at}. No hace falta hacer nada más aquí.`,
    },
    denied: {
      heading: 'Rechazado',
      text: ({ brand }) => `No se pagó ni cambió nada. Avisamos a ${brand}.`,
    },
    canceled: {
      heading: 'Esta solicitud fue cancelada',
      text: ({ brand }) => `No se pagó ni cambió nada. Si lo necesita, vuelva a ${brand} y empiece de nuevo.`,
    },
    expired: {
      heading: 'Esta solicitud expiró',
      text: ({ brand }) => `No se pagó ni cambió nada. Vuelva a ${brand} y empiece de nuevo.`,
    },
    serverError: {
      heading: 'Falló de nuestro lado',
      text: ({ reference }) => `Sus datos están guardados; no cuenta como intento. Ref. ${reference}`,
    },
    slowDown: {
      heading: 'Espere un momento',
      text: () => 'Recibimos demasiadas solicitudes de esta dirección. No cuenta como intento.',
    },
    crossSite: {
      heading: 'Este envío vino de otro sitio',
      text: () => 'Por seguridad no se hizo nada. Abra de nuevo el enlace de confirmación y envíe desde ahí.',
    },
    badRequest: {
      heading: 'No entendimos el envío',
      text: () => 'No se hizo nada. Vuelva a la página anterior e intente de nuevo.',
    },
  },
  review: 'Revisar los datos',
  tryAgain: 'Intentar de nuevo',
  backTo: (brand) => `Volver a ${brand}`,
  waitSeconds: (seconds) => `Intente de nuevo en ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmado',
  approvedReturning: (brand) => `Volviendo a ${brand}…`,
  approvedDone: 'Ya puede cerrar esta página.',
  enrolled: (lastFour) => `El celular terminado en ${lastFour} quedó registrado para aprobar sus próximas acciones.`,
  continueTo: (brand) => `Continuar en ${brand}`,

  denyHeading: '¿Rechazar esta solicitud?',
  denyText: 'No se pagará ni cambiará nada, y el código deja de servir. No se puede deshacer.',
  denyButton: 'Rechazar: no fui yo',
  denyBack: 'Volver al código',
}

function secondsText(seconds: number): string {
  if (seconds === 1) return '1 segundo'
  if (seconds < 60) return `${seconds} segundos`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minuto' : `${minutes} minutos`
}
