import type { PageCopy } from './copy.ts'

export const ptBR: PageCopy = {
  languageName: 'Português',
  languagesLabel: 'Idioma',
  title: (task, brand, wrong) => `${wrong ? 'Erro: ' : ''}${task} - ${brand}`,
  problem: 'Há um problema',
  localBanner: 'Ambiente local: nenhuma mensagem sai desta máquina.',
  localInbox: 'Ver as mensagens',

  cardTitle: 'O que você está aprovando',
  cardTitleApproved: 'O que você aprovou',
  cardTitleOver: 'O pedido',
  action: 'Ação',
  amount: 'Valor',
  payee: 'Favorecido',
  reference: 'Ref.',
  confirm: (noun, amount) => (amount ? `Confirmar ${noun} de ${amount}` : `Confirmar ${noun}`),

  chooseHeading: 'Confirme que é você',
  chooseOther: 'Outras formas',
  address: { phone: (lastFour) => `o celular com final ${lastFour}`, email: (mask) => `o e-mail ${mask}` },
  willEnroll: (address) => `Ao confirmar, ${address} fica cadastrado para aprovar suas próximas ações.`,
  channels: {
    sms: {
      way: 'Receber código por SMS',
      hint: (to) => `No número que termina em ${to}`,
      heading: 'Confira o celular',
      sent: (to, minutes) => `Enviamos um código por SMS para o número que termina em ${to}. ${validFor(minutes)}`,
      resend: 'Reenviar código',
      missing: (digits) => `Digite o código de ${digits} dígitos que enviamos por SMS.`,
      help: (to) =>
        `O SMS pode levar um minuto. Veja se o celular com final ${to} tem sinal e se a mensagem não foi para o spam.`,
    },
    whatsapp: {
      way: 'Receber pelo WhatsApp',
      hint: (to) => `No número que termina em ${to}`,
      heading: 'Confira o WhatsApp',
      sent: (to, minutes) =>
        `Enviamos um código pelo WhatsApp para o número que termina em ${to}. Abra no celular principal. ${validFor(minutes)}`,
      resend: 'Reenviar pelo WhatsApp',
      missing: (digits) => `Digite o código de ${digits} dígitos que enviamos pelo WhatsApp.`,
      help: (to) => `O código só aparece no celular principal, com final ${to}, e não no WhatsApp Web.`,
    },
    call: {
      way: 'Receber por ligação',
      hint: (to) => `No número que termina em ${to}`,
      heading: 'Atenda o telefone',
      sent: (to, minutes) =>
        `Estamos ligando para o número que termina em ${to}. Pressione uma tecla, e uma voz vai ditar o código duas vezes. ${validFor(minutes)}`,
      resend: 'Ligar de novo',
      missing: (digits) => `Digite o código de ${digits} dígitos que a voz ditou.`,
      help: (to) => `Veja se o telefone com final ${to} recebe chamadas de números desconhecidos.`,
    },
    email: {
      way: 'Receber por e-mail',
      hint: (to) => `Em ${to}`,
      heading: 'Confira o e-mail',
      sent: (to, minutes) => `Enviamos um código para ${to}. Veja também o spam. ${validFor(minutes)}`,
      resend: 'Reenviar e-mail',
      missing: (digits) => `Digite o código de ${digits} dígitos que enviamos por e-mail.`,
      help: () => 'O e-mail pode levar alguns minutos. Procure também na pasta de spam.',
    },
  },
  app: {
    way: 'Usar aplicativo autenticador',
    hint: 'O código de 6 dígitos do seu aplicativo',
    heading: 'Abra o aplicativo autenticador',
    prompt: 'Abra seu aplicativo autenticador e digite o código de 6 dígitos. Ele muda a cada 30 segundos.',
    help: 'Se o código do aplicativo não confere, veja se a hora do celular está certa.',
    missing: 'Digite o código de 6 dígitos do seu aplicativo.',
    recoveryLink: 'Usar um código de recuperação',
    recoveryPrompt:
      'Digite um dos códigos de 10 dígitos que você guardou ao ativar o aplicativo. Cada um vale uma vez.',
    codeHint: 'Cada código vale uma vez. Espere o próximo se já usou este.',
  },
  passkey: {
    way: 'Usar chave de acesso',
    hint: 'Com digital, rosto ou PIN',
    heading: 'Confirme com sua chave de acesso',
    prompt: (amount, payee) =>
      `Seu aparelho vai pedir a digital, o rosto ou o PIN para confirmar${amount ? ` ${amount}` : ''} para ${payee}.`,
    button: (noun, amount) => `Confirmar ${noun}${amount ? ` de ${amount}` : ''} com a chave`,
    cancelled: 'A chave de acesso não foi usada. Tente de novo ou escolha outra forma.',
    unsupported: 'Este navegador não usa chaves de acesso. Escolha outra forma.',
    deviceName: 'Este aparelho',
  },
  sending: 'Enviando o código…',
  undelivered: {
    sms: 'A operadora não entregou o SMS. Quer receber de outra forma?',
    whatsapp: 'O WhatsApp não entregou a mensagem. Quer receber de outra forma?',
    call: 'A ligação não foi atendida. Quer receber de outra forma?',
    email: 'O e-mail voltou. Quer receber de outra forma?',
  },
  work: {
    text: 'Estamos preparando o envio do código. Leva alguns segundos, e você não precisa fazer nada.',
    slow: 'Ainda estamos preparando o envio. Espere mais um pouco ou escolha outra forma.',
    done: 'Pronto. Enviando o código…',
    failed: 'Não deu para enviar o código por aqui. Escolha outra forma.',
    scriptless: {
      email: 'Sem JavaScript não dá para enviar o código por aqui agora. Use outra forma, como o e-mail.',
      other: 'Sem JavaScript não dá para enviar o código por aqui agora. Use outra forma.',
      none: 'Sem JavaScript não dá para enviar o código agora. Ative o JavaScript ou tente mais tarde.',
    },
  },
  heldWay: 'Indisponível agora: use outra forma',
  moreToProve: 'Primeira confirmação feita. Falta mais uma.',
  targetHeading: { phone: 'Confirme o novo celular', email: 'Confirme o novo e-mail' },
  targetText: (address) => `Falta provar que ${address} é seu.`,
  targetDelay: (hours) =>
    `Por segurança, ele passa a valer ${inHours(hours)} depois da confirmação, e avisamos todos os seus contatos.`,
  wrongNumberLink: 'O número está errado ou perdi o celular',
  wrongNumber: {
    heading: 'O número não muda nesta etapa',
    text: (hours) =>
      `Por segurança, use outra forma abaixo ou peça a troca em Segurança, na sua conta: ela leva ${inHours(hours)} e avisamos todos os seus contatos.`,
  },
  back: 'Voltar',
  enrol: {
    appHeading: 'Ative o aplicativo autenticador',
    appText:
      'Leia este QR com seu aplicativo autenticador, ou digite a chave. Depois escreva aqui o código que ele mostra.',
    appQr: 'QR para o aplicativo autenticador',
    appSecret: 'Chave',
    appCode: 'Código do aplicativo',
    appHint: 'Seis dígitos, que mudam a cada 30 segundos.',
    appButton: 'Ativar aplicativo',
    appWrong: (left) =>
      `O código não confere. Veja se a hora do celular está certa. ${left === 1 ? 'Resta 1 tentativa.' : `Restam ${left} tentativas.`}`,
    appLocal: 'Adicionar ao autenticador local',
    passkeyHeading: 'Crie sua chave de acesso',
    passkeyText: 'Da próxima vez você confirma com a digital, o rosto ou o PIN deste aparelho, sem esperar código.',
    passkeyButton: 'Criar chave de acesso',
    passkeyFailed: 'A chave de acesso não foi criada. Tente de novo.',
    doneHeading: {
      totp: 'Aplicativo ativado',
      passkey: 'Chave de acesso criada',
      contact: 'Contato confirmado',
      remove: 'Removido',
    },
    doneText: {
      totp: 'A partir de agora, o aplicativo também confirma suas ações. Avisamos seus contatos.',
      passkey: 'Da próxima vez, confirme sem código. Avisamos seus contatos.',
      contact: (day) => (day ? `Ele passa a valer em ${day}. Avisamos todos os seus contatos.` : 'Ele já vale.'),
      remove: 'Essa forma de confirmar não vale mais. Avisamos seus contatos.',
    },
    recoveryHeading: 'Guarde seus códigos de recuperação',
    recoveryText: 'Cada um substitui o aplicativo uma vez. Eles não aparecem de novo.',
    saved: 'Já guardei os códigos',
  },
  codeLabel: (digits) => `Código de ${digits} dígitos`,
  codeHint: 'Você pode colar o código. Espaços e hífens são ignorados.',
  resendIn: 'Você pode pedir outro código em',
  resendReady: 'Você já pode pedir outro código.',
  resendTooSoon: (seconds) => `Espere mais ${secondsText(seconds)} para pedir outro código.`,
  resendLast: 'Você pode pedir o código só mais uma vez.',
  resendNone: 'Não há mais envios para este pedido. O último código enviado continua valendo.',
  resent: 'Código reenviado. O código anterior também continua valendo.',
  newCode: 'Receber um novo código',
  helpSummary: 'Não recebeu o código?',
  otherWays: 'Confirmar de outra forma',
  safe: 'Ninguém da nossa equipe pede esse código. Se não foi você que iniciou esta ação,',
  deny: 'recuse agora',

  codeShort: (digits, missing) => `O código tem ${digits} dígitos. ${missing === 1 ? 'Falta 1' : `Faltam ${missing}`}.`,
  codeLong: (digits) => `O código tem só ${digits} dígitos.`,
  codeLetters: 'O código só tem números.',
  codeWrong: (left) => `O código não confere. Você ainda tem ${left === 1 ? '1 tentativa' : `${left} tentativas`}.`,
  codeWrongLast: 'O código não confere. Resta 1 tentativa; depois este pedido fica bloqueado.',
  codeExpired: 'Este código expirou. Peça um novo.',
  anotherWayNeeded: 'Não dá para enviar o código por aqui agora. Escolha outra forma.',
  tooManyMessages: 'Já enviamos vários códigos para este contato. Use o último que chegou ou escolha outra forma.',
  tooManyChecks: 'Muitos códigos errados nos últimos dias. Espere um pouco antes de tentar de novo.',
  notDelivered: 'O código não pôde ser enviado agora. Tente de novo em instantes ou escolha outra forma.',

  expiring: 'O código expira em 1 minuto.',
  checking: 'Conferindo o código.',
  offline: 'Você está sem internet. O que você digitou continua aqui.',

  screens: {
    notFound: {
      heading: 'Este link não vale mais',
      text: ({ brand }) => `Volte a ${brand} e comece de novo.`,
    },
    exhausted: {
      heading: 'Você pediu códigos demais',
      text: ({ brand }) =>
        `Não há mais envios para este pedido. Nada foi pago nem alterado. Volte a ${brand} e comece de novo.`,
    },
    locked: {
      heading: 'Muitas tentativas',
      text: ({ brand }) =>
        `Por segurança, este pedido foi bloqueado. Nada foi pago nem alterado. Volte a ${brand} e comece de novo.`,
    },
    blocked: {
      heading: 'Não conseguimos enviar um código',
      text: ({ reference }) => `Fale com o suporte e informe ${reference}. Nada foi pago nem alterado.`,
    },
    changed: {
      heading: 'Os dados mudaram',
      text: () => 'Os dados mudaram depois do envio. Por segurança, o código anterior não vale mais.',
    },
    superseded: {
      heading: 'Este pedido não vale mais',
      text: ({ brand }) =>
        `Outro celular foi cadastrado enquanto isso. Nada foi pago nem alterado. Volte a ${brand} e comece de novo.`,
    },
    used: {
      heading: 'Esta confirmação já foi usada',
      text: ({ at }) => `Ela foi usada em ${at}. Não é preciso fazer mais nada aqui.`,
    },
    denied: {
      heading: 'Recusado',
      text: ({ brand }) => `Nada foi pago nem alterado. Avisamos ${brand}.`,
    },
    canceled: {
      heading: 'Este pedido foi cancelado',
      text: ({ brand }) => `Nada foi pago nem alterado. Se precisar, volte a ${brand} e comece de novo.`,
    },
    expired: {
      heading: 'Este pedido expirou',
      text: ({ brand }) => `Nada foi pago nem alterado. Volte a ${brand} e comece de novo.`,
    },
    serverError: {
      heading: 'Falhou do nosso lado',
      text: ({ reference }) => `Seus dados estão salvos; isso não conta como tentativa. Ref. ${reference}`,
    },
    slowDown: {
      heading: 'Espere um pouco',
      text: () => 'Recebemos pedidos demais deste endereço. Isso não conta como tentativa.',
    },
    crossSite: {
      heading: 'Este envio veio de outro site',
      text: () => 'Por segurança, nada foi feito. Abra o link de confirmação de novo e envie por ele.',
    },
    badRequest: {
      heading: 'Não entendemos o envio',
      text: () => 'Nada foi feito. Volte à página anterior e tente de novo.',
    },
    notHeld: {
      heading: 'Este pedido não está retido',
      text: () => 'Ele já foi concluído, cancelado ou ainda não foi confirmado. Se não foi você, fale com o suporte.',
    },
    enrolmentOver: {
      heading: 'O tempo acabou',
      text: ({ brand }) => `A ativação não terminou em dez minutos. Volte a ${brand} e comece de novo.`,
    },
  },
  review: 'Revisar os dados',
  tryAgain: 'Tentar de novo',
  backTo: (brand) => `Voltar a ${brand}`,
  waitSeconds: (seconds) => `Tente de novo em ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmado',
  approvedReturning: (brand) => `Voltando para ${brand}…`,
  approvedDone: 'Você já pode fechar esta página.',
  held: (until) =>
    `Por segurança, a operação fica retida até ${until}. Avisamos todos os seus contatos; se algo estiver errado, dá para cancelar.`,
  heldReview: 'Por segurança, nossa equipe vai conferir este pedido antes de concluir.',
  callOff: {
    heading: 'Cancelar este pedido?',
    text: 'O pedido foi confirmado e está retido. Se não foi você, cancele: nada será pago nem alterado.',
    button: 'Cancelar: não fui eu',
  },
  enrolled: (address) => `Para aprovar suas próximas ações, ficou cadastrado ${address}.`,
  passkeyOffer: 'Da próxima vez, confirme sem código: crie uma chave de acesso.',
  passkeyCreate: 'Criar chave de acesso',
  notNow: 'Agora não',
  continueTo: (brand) => `Continuar em ${brand}`,

  denyHeading: 'Recusar este pedido?',
  denyText: 'Nada será pago nem alterado, e o código deixa de valer. Não dá para desfazer.',
  denyButton: 'Recusar: não fui eu',
  denyBack: 'Voltar e conferir o código',
}

function secondsText(seconds: number): string {
  if (seconds === 1) return '1 segundo'
  if (seconds < 60) return `${seconds} segundos`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minuto' : `${minutes} minutos`
}

function validFor(minutes: number): string {
  return `Ele vale por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`
}

function inHours(hours: number): string {
  return hours === 1 ? '1 hora' : `${hours} horas`
}
