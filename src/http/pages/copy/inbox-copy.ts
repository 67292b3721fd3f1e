import type { Channel } from '../../../model/factor.ts'
import type { Locale } from '../../../model/locale.ts'

/** What chaos can be set to by a form. */
export const presetNames = ['normal', 'slow', 'undelivered', 'drop', 'duplicate', 'rate_limit', 'fail'] as const
export type PresetName = (typeof presetNames)[number]

/** The words of the dev inbox. */
export interface InboxCopy {
  title: string
  lead: string
  views: string
  messages: string
  recipients: string
  messagesTo(to: string): string
  empty: string
  emptyHint: string
  copy(code: string): string
  copyCode: string
  copied: string
  segments(count: number): string
  channels: Record<Channel, string>
  bound(host: string): string
  delivered: string
  metaWords: string
  call: {
    incoming: string
    tones(digits: string): string
    noKey: string
    press: string
    pressHint: string
    say: string
  }
  mail: {
    from: string
    to: string
    frame(subject: string): string
    plain: string
  }
  unseen: string
  underWay(time: string): string
  undelivered(code: string): string
  dropped: string
  refresh: string
  clear: string
  clock: string
  clockHint: string
  turned(minutes: number): string
  advance: { label: string; ms: number }[]
  chaos: string
  chaosHint: string
  chaosOn: string
  presets: Record<PresetName, string>
  /** Chaos that no preset is: it was set by the API. */
  custom: string
  apply: string
  testNumbers: string
  /** What becomes of a message to a test number. */
  outcomes: {
    delivered: string
    undelivered(code: string): string
    slow(seconds: number): string
    dropped: string
    duplicate: string
    refused(code: string): string
  }
  passkeys: string
  passkeysHint: string
  apps: {
    title: string
    lead: string
    uri: string
    uriHint: string
    add: string
    unreadable: string
    full(most: number): string
    problem: string
    empty: string
    qr(name: string): string
    code: string
    validUntil: string
    left: string
    secret: string
    remove: string
    removeNamed(name: string): string
  }
}

const ptBR: InboxCopy = {
  title: 'Caixa de entrada local',
  lead: 'As mensagens do modo local ficam aqui; nenhuma sai desta máquina.',
  views: 'Partes da caixa de entrada',
  messages: 'Mensagens',
  recipients: 'Destinatários',
  messagesTo: (to) => `Mensagens para ${to}`,
  empty: 'Nenhuma mensagem ainda.',
  emptyHint: 'Peça um código em outra aba: ele aparece aqui sozinho.',
  copy: (code) => `Copiar ${code}`,
  copyCode: 'Copiar código',
  copied: 'Copiado',
  segments: (count) => (count === 1 ? '1 segmento' : `${count} segmentos`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Ligação', email: 'E-mail' },
  bound: (host) => `só para ${host}`,
  delivered: 'Entregue',
  metaWords: 'O texto é da Meta e não muda; o que se autoriza aparece só na página.',
  call: {
    incoming: 'Ligação recebida',
    tones: (digits) => `Ao atender, envia os tons ${digits}.`,
    noKey: 'Esta ligação não pede tecla: fala assim que alguém atende.',
    press: 'Pressionar uma tecla',
    pressHint: 'Sem tecla, nada mais é dito: uma caixa postal não grava o código.',
    say: 'Ouvir em voz alta',
  },
  mail: {
    from: 'De',
    to: 'Para',
    frame: (subject) => `E-mail: ${subject}`,
    plain: 'Parte em texto simples',
  },
  unseen: 'Não chegaram',
  underWay: (time) => `a caminho, chega às ${time}`,
  undelivered: (code) => `não entregue (${code})`,
  dropped: 'perdida, sem aviso',
  refresh: 'Atualizar',
  clear: 'Limpar tudo',
  clock: 'Relógio de teste',
  clockHint: 'Adianta tudo: esperas, validade dos códigos e dos pedidos. Não volta.',
  turned: (minutes) => `Adiantado em ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 dia', ms: 86_400_000 },
  ],
  chaos: 'Falhas de propósito',
  chaosHint: 'O que acontece com as próximas mensagens de cada canal, até que você mude ou reinicie.',
  chaosOn: 'Em vigor agora.',
  presets: {
    normal: 'Normal',
    slow: 'Demora 20 s',
    undelivered: 'Não é entregue',
    drop: 'Some sem aviso',
    duplicate: 'Chega duas vezes',
    rate_limit: 'É recusada (429)',
    fail: 'Falha (500)',
  },
  custom: 'Pela API',
  apply: 'Aplicar',
  testNumbers: 'Endereços de teste',
  outcomes: {
    delivered: 'entregue',
    undelivered: (code) => `não entregue (${code})`,
    slow: (seconds) => `demora ${seconds} s`,
    dropped: 'some sem aviso',
    duplicate: 'chega duas vezes',
    refused: (code) => `recusada (${code})`,
  },
  passkeys: 'Chaves de acesso',
  passkeysHint:
    'Para testá-las sem aparelho: no Chrome ou no Edge, abra as ferramentas do desenvolvedor (F12), menu ⋮, Mais ferramentas, WebAuthn, e marque “Ativar ambiente de autenticador virtual”.',
  apps: {
    title: 'Autenticador',
    lead: 'Um aplicativo autenticador local: mostra os códigos que mudam com o tempo, pelo relógio de teste.',
    uri: 'Endereço otpauth://',
    uriHint: 'O que está no QR code de cadastro.',
    add: 'Adicionar',
    unreadable: 'Cole um endereço que comece com otpauth://totp/ e tenha um segredo.',
    full: (most) => `Já há ${most} contas. Remova uma antes de adicionar outra.`,
    problem: 'Há um problema',
    empty: 'Nenhuma conta ainda.',
    qr: (name) => `QR code de ${name}`,
    code: 'Código agora',
    validUntil: 'Vale até',
    left: 'Tempo que resta',
    secret: 'Segredo',
    remove: 'Remover',
    removeNamed: (name) => `Remover ${name}`,
  },
}

const en: InboxCopy = {
  title: 'Local inbox',
  lead: 'Messages of the local mode stay here; none leaves this machine.',
  views: 'Parts of the inbox',
  messages: 'Messages',
  recipients: 'Recipients',
  messagesTo: (to) => `Messages to ${to}`,
  empty: 'No messages yet.',
  emptyHint: 'Ask for a code in another tab: it appears here by itself.',
  copy: (code) => `Copy ${code}`,
  copyCode: 'Copy code',
  copied: 'Copied',
  segments: (count) => (count === 1 ? '1 segment' : `${count} segments`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Call', email: 'E-mail' },
  bound: (host) => `only for ${host}`,
  delivered: 'Delivered',
  metaWords: 'The words are Meta’s and cannot be changed; what is authorised stands on the page alone.',
  call: {
    incoming: 'Incoming call',
    tones: (digits) => `Sends the tones ${digits} once answered.`,
    noKey: 'This call asks for no key: it speaks as soon as somebody answers.',
    press: 'Press any key',
    pressHint: 'Without a key nothing else is said, so that no voicemail records the code.',
    say: 'Say it aloud',
  },
  mail: {
    from: 'From',
    to: 'To',
    frame: (subject) => `E-mail: ${subject}`,
    plain: 'Plain text part',
  },
  unseen: 'Not arrived',
  underWay: (time) => `under way, arrives at ${time}`,
  undelivered: (code) => `not delivered (${code})`,
  dropped: 'lost silently',
  refresh: 'Refresh',
  clear: 'Clear all',
  clock: 'Test clock',
  clockHint: 'Turns everything forward: waits, the life of codes and of requests. It never goes back.',
  turned: (minutes) => `Turned forward by ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 day', ms: 86_400_000 },
  ],
  chaos: 'Failures on purpose',
  chaosHint: 'What becomes of the next messages of each channel, until you change it or restart.',
  chaosOn: 'In force now.',
  presets: {
    normal: 'Normal',
    slow: 'Takes 20 s',
    undelivered: 'Is not delivered',
    drop: 'Is lost silently',
    duplicate: 'Arrives twice',
    rate_limit: 'Is refused (429)',
    fail: 'Fails (500)',
  },
  custom: 'By the API',
  apply: 'Apply',
  testNumbers: 'Test addresses',
  outcomes: {
    delivered: 'delivered',
    undelivered: (code) => `not delivered (${code})`,
    slow: (seconds) => `takes ${seconds} s`,
    dropped: 'lost silently',
    duplicate: 'arrives twice',
    refused: (code) => `refused (${code})`,
  },
  passkeys: 'Passkeys',
  passkeysHint:
    'To try them without a device: in Chrome or Edge open the developer tools (F12), menu ⋮, More tools, WebAuthn, and tick “Enable virtual authenticator environment”.',
  apps: {
    title: 'Authenticator',
    lead: 'A local authenticator app: it shows the codes that change with time, by the test clock.',
    uri: 'otpauth:// address',
    uriHint: 'What the QR code of an enrolment holds.',
    add: 'Add',
    unreadable: 'Paste an address that begins with otpauth://totp/ and has a secret.',
    full: (most) => `There are ${most} accounts already. Remove one before you add another.`,
    problem: 'There is a problem',
    empty: 'No accounts yet.',
    qr: (name) => `QR code of ${name}`,
    code: 'Code now',
    validUntil: 'Valid until',
    left: 'Time left',
    secret: 'Secret',
    remove: 'Remove',
    removeNamed: (name) => `Remove ${name}`,
  },
}

const es: InboxCopy = {
  title: 'Bandeja local',
  lead: 'Los mensajes del modo local quedan aquí; ninguno sale de esta máquina.',
  views: 'Partes de la bandeja',
  messages: 'Mensajes',
  recipients: 'Destinatarios',
  messagesTo: (to) => `Mensajes para ${to}`,
  empty: 'Todavía no hay mensajes.',
  emptyHint: 'Pida un código en otra pestaña: aparece aquí solo.',
  copy: (code) => `Copiar ${code}`,
  copyCode: 'Copiar código',
  copied: 'Copiado',
  segments: (count) => (count === 1 ? '1 segmento' : `${count} segmentos`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Llamada', email: 'Correo' },
  bound: (host) => `solo para ${host}`,
  delivered: 'Entregado',
  metaWords: 'El texto es de Meta y no cambia; lo que se autoriza aparece solo en la página.',
  call: {
    incoming: 'Llamada entrante',
    tones: (digits) => `Al contestar, envía los tonos ${digits}.`,
    noKey: 'Esta llamada no pide tecla: habla en cuanto alguien contesta.',
    press: 'Pulsar una tecla',
    pressHint: 'Sin tecla no se dice nada más: un buzón de voz no graba el código.',
    say: 'Oír en voz alta',
  },
  mail: {
    from: 'De',
    to: 'Para',
    frame: (subject) => `Correo: ${subject}`,
    plain: 'Parte en texto simple',
  },
  unseen: 'No llegaron',
  underWay: (time) => `en camino, llega a las ${time}`,
  undelivered: (code) => `no entregado (${code})`,
  dropped: 'perdido, sin aviso',
  refresh: 'Actualizar',
  clear: 'Borrar todo',
  clock: 'Reloj de prueba',
  clockHint: 'Adelanta todo: esperas, vida de los códigos y de las solicitudes. No vuelve atrás.',
  turned: (minutes) => `Adelantado ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 día', ms: 86_400_000 },
  ],
  chaos: 'Fallos a propósito',
  chaosHint: 'Lo que pasa con los próximos mensajes de cada canal, hasta que usted lo cambie o reinicie.',
  chaosOn: 'En vigor ahora.',
  presets: {
    normal: 'Normal',
    slow: 'Tarda 20 s',
    undelivered: 'No se entrega',
    drop: 'Se pierde sin aviso',
    duplicate: 'Llega dos veces',
    rate_limit: 'Rechazado (429)',
    fail: 'Falla (500)',
  },
  custom: 'Por la API',
  apply: 'Aplicar',
  testNumbers: 'Direcciones de prueba',
  outcomes: {
    delivered: 'entregado',
    undelivered: (code) => `no entregado (${code})`,
    slow: (seconds) => `tarda ${seconds} s`,
    dropped: 'se pierde sin aviso',
    duplicate: 'llega dos veces',
    refused: (code) => `rechazado (${code})`,
  },
  passkeys: 'Llaves de acceso',
  passkeysHint:
    'Para probarlas sin dispositivo: en Chrome o Edge abra las herramientas para desarrolladores (F12), menú ⋮, Más herramientas, WebAuthn, y marque “Habilitar entorno de autenticador virtual”.',
  apps: {
    title: 'Autenticador',
    lead: 'Una app de autenticación local: muestra los códigos que cambian con el tiempo, según el reloj de prueba.',
    uri: 'Dirección otpauth://',
    uriHint: 'Lo que contiene el código QR del registro.',
    add: 'Agregar',
    unreadable: 'Pegue una dirección que empiece con otpauth://totp/ y tenga un secreto.',
    full: (most) => `Ya hay ${most} cuentas. Quite una antes de agregar otra.`,
    problem: 'Hay un problema',
    empty: 'Todavía no hay cuentas.',
    qr: (name) => `Código QR de ${name}`,
    code: 'Código ahora',
    validUntil: 'Vale hasta',
    left: 'Tiempo que queda',
    secret: 'Secreto',
    remove: 'Quitar',
    removeNamed: (name) => `Quitar ${name}`,
  },
}

export const inboxCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, InboxCopy>
