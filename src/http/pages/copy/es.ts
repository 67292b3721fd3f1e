import type { PageCopy } from './copy.ts'

export const es: PageCopy = {
  languageName: 'Español',
  languagesLabel: 'Idioma',
  title: (task, brand, wrong) => `${wrong ? 'Error: ' : ''}${task} - ${brand}`,
  problem: 'Hay un problema',
  localBanner: 'Entorno local: ningún mensaje sale de esta máquina.',
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
  chooseOther: 'Otras formas',
  address: { phone: (lastFour) => `el celular terminado en ${lastFour}`, email: (mask) => `el correo ${mask}` },
  willEnroll: (address) => `Al confirmar, ${address} queda registrado para aprobar sus próximas acciones.`,
  channels: {
    sms: {
      way: 'Recibir código por SMS',
      hint: (to) => `En el número terminado en ${to}`,
      heading: 'Revise su celular',
      sent: (to, minutes) => `Enviamos un código por SMS al número terminado en ${to}. ${validFor(minutes)}`,
      resend: 'Reenviar código',
      missing: (digits) => `Ingrese el código de ${digits} dígitos que enviamos por SMS.`,
      help: (to) =>
        `El SMS puede tardar un minuto. Vea si el celular terminado en ${to} tiene señal y si el mensaje no está en spam.`,
    },
    whatsapp: {
      way: 'Recibir por WhatsApp',
      hint: (to) => `En el número terminado en ${to}`,
      heading: 'Revise WhatsApp',
      sent: (to, minutes) =>
        `Enviamos un código por WhatsApp al número terminado en ${to}. Ábralo en su teléfono principal. ${validFor(minutes)}`,
      resend: 'Reenviar por WhatsApp',
      missing: (digits) => `Ingrese el código de ${digits} dígitos que enviamos por WhatsApp.`,
      help: (to) => `El código solo aparece en el teléfono principal, terminado en ${to}, y no en WhatsApp Web.`,
    },
    call: {
      way: 'Recibir una llamada',
      hint: (to) => `En el número terminado en ${to}`,
      heading: 'Atienda el teléfono',
      sent: (to, minutes) =>
        `Estamos llamando al número terminado en ${to}. Pulse una tecla, y una voz dictará el código dos veces. ${validFor(minutes)}`,
      resend: 'Llamar de nuevo',
      missing: (digits) => `Ingrese el código de ${digits} dígitos que dictó la voz.`,
      help: (to) => `Vea si el teléfono terminado en ${to} recibe llamadas de números desconocidos.`,
    },
    email: {
      way: 'Recibir por correo',
      hint: (to) => `En ${to}`,
      heading: 'Revise su correo',
      sent: (to, minutes) => `Enviamos un código a ${to}. Revise también el spam. ${validFor(minutes)}`,
      resend: 'Reenviar correo',
      missing: (digits) => `Ingrese el código de ${digits} dígitos que enviamos por correo.`,
      help: () => 'El correo puede tardar unos minutos. Busque también en la carpeta de spam.',
    },
  },
  app: {
    way: 'Usar app de autenticación',
    hint: 'El código de 6 dígitos de su app',
    heading: 'Abra su app de autenticación',
    prompt: 'Abra su app de autenticación e ingrese el código de 6 dígitos. Cambia cada 30 segundos.',
    help: 'Si el código de la app no coincide, vea si la hora del celular es correcta.',
    missing: 'Ingrese el código de 6 dígitos de su app.',
    recoveryLink: 'Usar un código de recuperación',
    recoveryPrompt: 'Ingrese uno de los códigos de 10 dígitos que guardó al activar la app. Cada uno sirve una vez.',
    codeHint: 'Cada código sirve una vez. Espere el siguiente si ya usó este.',
  },
  passkey: {
    way: 'Usar llave de acceso',
    hint: 'Con huella, rostro o PIN',
    heading: 'Confirme con su llave de acceso',
    prompt: (amount, payee) =>
      `Su dispositivo pedirá huella, rostro o PIN para confirmar${amount ? ` ${amount}` : ''} a ${payee}.`,
    button: (noun, amount) => `Confirmar ${noun}${amount ? ` de ${amount}` : ''} con la llave`,
    cancelled: 'No se usó la llave de acceso. Intente de nuevo o elija otra forma.',
    unsupported: 'Este navegador no usa llaves de acceso. Elija otra forma.',
    deviceName: 'Este dispositivo',
  },
  sending: 'Enviando el código…',
  undelivered: {
    sms: 'El operador no entregó el SMS. ¿Recibirlo de otra forma?',
    whatsapp: 'WhatsApp no entregó el mensaje. ¿Recibirlo de otra forma?',
    call: 'Nadie atendió la llamada. ¿Recibirlo de otra forma?',
    email: 'El correo rebotó. ¿Recibirlo de otra forma?',
  },
  work: {
    text: 'Estamos preparando el envío del código. Tarda unos segundos y no tienes que hacer nada.',
    slow: 'Seguimos preparando el envío. Espera un poco más o elige otra forma.',
    done: 'Listo. Enviando el código…',
    failed: 'No se pudo enviar el código por aquí. Elige otra forma.',
    scriptless: {
      email: 'Sin JavaScript no se puede enviar el código por aquí ahora. Usa otra forma, como el correo.',
      other: 'Sin JavaScript no se puede enviar el código por aquí ahora. Usa otra forma.',
      none: 'Sin JavaScript no se puede enviar el código ahora. Activa JavaScript o inténtalo más tarde.',
    },
  },
  heldWay: 'No disponible ahora: usa otra forma',
  moreToProve: 'Primera confirmación lista. Falta una más.',
  targetHeading: { phone: 'Confirme el celular nuevo', email: 'Confirme el correo nuevo' },
  targetText: (address) => `Falta probar que ${address} es suyo.`,
  targetDelay: (hours) =>
    `Por seguridad, vale ${inHours(hours)} después de confirmar, y avisamos a todos sus contactos.`,
  wrongNumberLink: 'El número es incorrecto o perdí el celular',
  wrongNumber: {
    heading: 'El número no se cambia en este paso',
    text: (hours) =>
      `Por seguridad, use otra forma abajo o pida el cambio en Seguridad, en su cuenta: tarda ${inHours(hours)} y avisamos a todos sus contactos.`,
  },
  back: 'Volver',
  enrol: {
    appHeading: 'Active su app de autenticación',
    appText: 'Lea este QR con su app de autenticación, o escriba la clave. Después ingrese aquí el código que muestra.',
    appQr: 'QR para la app de autenticación',
    appSecret: 'Clave',
    appCode: 'Código de la app',
    appHint: 'Seis dígitos, que cambian cada 30 segundos.',
    appButton: 'Activar app',
    appWrong: (left) =>
      `El código no coincide. Vea si la hora del celular es correcta. ${left === 1 ? 'Queda 1 intento.' : `Quedan ${left} intentos.`}`,
    appLocal: 'Agregar al autenticador local',
    passkeyHeading: 'Cree su llave de acceso',
    passkeyText: 'La próxima vez confirma con la huella, el rostro o el PIN de este dispositivo, sin esperar código.',
    passkeyButton: 'Crear llave de acceso',
    passkeyFailed: 'La llave de acceso no se creó. Intente de nuevo.',
    doneHeading: {
      totp: 'App activada',
      passkey: 'Llave de acceso creada',
      contact: 'Contacto confirmado',
      remove: 'Quitado',
    },
    doneText: {
      totp: 'Desde ahora la app también confirma sus acciones. Avisamos a sus contactos.',
      passkey: 'La próxima vez confirme sin código. Avisamos a sus contactos.',
      contact: (day) => (day ? `Vale desde ${day}. Avisamos a todos sus contactos.` : 'Ya vale.'),
      remove: 'Esta forma de confirmar ya no vale. Avisamos a sus contactos.',
    },
    recoveryHeading: 'Guarde sus códigos de recuperación',
    recoveryText: 'Cada uno reemplaza a la app una vez. No se muestran de nuevo.',
    saved: 'Ya guardé los códigos',
  },
  codeLabel: (digits) => `Código de ${digits} dígitos`,
  codeHint: 'Puede pegar el código. Se ignoran espacios y guiones.',
  resendIn: 'Puede pedir otro código en',
  resendReady: 'Ya puede pedir otro código.',
  resendTooSoon: (seconds) => `Espere ${secondsText(seconds)} para pedir otro código.`,
  resendLast: 'Puede pedir el código solo una vez más.',
  resendNone: 'No quedan más envíos para esta solicitud. El último código enviado sigue sirviendo.',
  resent: 'Código reenviado. El mensaje anterior también sirve.',
  newCode: 'Recibir un código nuevo',
  helpSummary: '¿No recibió el código?',
  otherWays: 'Confirmar de otra forma',
  safe: 'Nadie de nuestro equipo pide este código. Si no inició esta acción,',
  deny: 'rechácela ahora',

  codeShort: (digits, missing) =>
    `El código tiene ${digits} dígitos. ${missing === 1 ? 'Falta 1' : `Faltan ${missing}`}.`,
  codeLong: (digits) => `El código tiene solo ${digits} dígitos.`,
  codeLetters: 'El código solo tiene números.',
  codeWrong: (left) => `El código no coincide. ${left === 1 ? 'Le queda 1 intento' : `Le quedan ${left} intentos`}.`,
  codeWrongLast: 'El código no coincide. Queda 1 intento; después esta solicitud se bloquea.',
  codeExpired: 'Este código expiró. Pida uno nuevo.',
  anotherWayNeeded: 'No se puede enviar el código por este medio ahora. Elija otra forma.',
  tooManyMessages: 'Ya enviamos varios códigos a este contacto. Use el último que llegó o elija otra forma.',
  tooManyChecks: 'Hubo demasiados códigos incorrectos. Espere un poco antes de intentar de nuevo.',
  notDelivered: 'No se pudo enviar el código ahora. Intente en un momento o elija otra forma.',

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
    notHeld: {
      heading: 'Esta solicitud no está retenida',
      text: () => 'Ya fue concluida o cancelada, o aún no fue confirmada. Si no fue usted, contacte a soporte.',
    },
    enrolmentOver: {
      heading: 'Se acabó el tiempo',
      text: ({ brand }) => `La activación no terminó en diez minutos. Vuelva a ${brand} y comience de nuevo.`,
    },
  },
  review: 'Revisar los datos',
  tryAgain: 'Intentar de nuevo',
  backTo: (brand) => `Volver a ${brand}`,
  waitSeconds: (seconds) => `Intente de nuevo en ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmado',
  approvedReturning: (brand) => `Volviendo a ${brand}…`,
  approvedDone: 'Ya puede cerrar esta página.',
  held: (until) =>
    `Por seguridad, la operación queda retenida hasta ${until}. Avisamos a todos sus contactos; si algo está mal, se puede cancelar.`,
  heldReview: 'Por seguridad, nuestro equipo revisa esta solicitud antes de concluirla.',
  callOff: {
    heading: '¿Cancelar esta solicitud?',
    text: 'La solicitud fue confirmada y está retenida. Si no fue usted, cancélela: nada se paga ni se cambia.',
    button: 'Cancelar: no fui yo',
  },
  enrolled: (address) => `Para aprobar sus próximas acciones quedó registrado ${address}.`,
  passkeyOffer: 'La próxima vez confirme sin código: cree una llave de acceso.',
  passkeyCreate: 'Crear llave de acceso',
  notNow: 'Ahora no',
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

function validFor(minutes: number): string {
  return `Es válido por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`
}

function inHours(hours: number): string {
  return hours === 1 ? '1 hora' : `${hours} horas`
}
