import type { PageCopy } from './copy.ts'

export const ptBR: PageCopy = {
  languageName: 'Português',
  languagesLabel: 'Idioma',
  title: (task, brand, wrong) => `${wrong ? 'Erro: ' : ''}${task} - ${brand}`,
  problem: 'Há um problema',
  localBanner: 'Ambiente local: nenhum SMS sai desta máquina.',
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
  chooseText: (lastFour) => `Vamos enviar um código por SMS para o número que termina em ${lastFour}.`,
  chooseButton: 'Receber código por SMS',
  willEnroll: 'Ao confirmar, este celular fica cadastrado para aprovar suas próximas ações.',

  codeHeading: 'Confira o celular',
  sent: (lastFour, minutes) =>
    `Enviamos um código por SMS para o número que termina em ${lastFour}. Ele vale por ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`,
  codeLabel: (digits) => `Código de ${digits} dígitos`,
  codeHint: 'Você pode colar o código. Espaços e hífens são ignorados.',
  resend: 'Reenviar código',
  resendIn: 'Você pode pedir outro código em',
  resendReady: 'Você já pode pedir outro código.',
  resendTooSoon: (seconds) => `Espere mais ${secondsText(seconds)} para pedir outro código.`,
  resendLast: 'Você pode pedir o código só mais uma vez.',
  resendNone: 'Não há mais envios para este pedido. O último código enviado continua valendo.',
  resent: 'Código reenviado. O código anterior também continua valendo.',
  newCode: 'Receber um novo código',
  helpSummary: 'Não recebeu o código?',
  helpSignal: (lastFour) =>
    `O SMS pode levar um minuto. Veja se o celular com final ${lastFour} tem sinal e se a mensagem não foi para o spam.`,
  helpNumber: (brand) =>
    `O número está errado ou você perdeu o celular? Por segurança, ele não muda nesta etapa. Volte a ${brand} e peça a troca.`,
  safe: 'Ninguém da nossa equipe pede esse código. Se não foi você que iniciou esta ação,',
  deny: 'recuse agora',

  codeMissing: (digits) => `Digite o código de ${digits} dígitos que enviamos por SMS.`,
  codeShort: (digits, missing) => `O código tem ${digits} dígitos. ${missing === 1 ? 'Falta 1' : `Faltam ${missing}`}.`,
  codeLong: (digits) => `O código tem só ${digits} dígitos.`,
  codeLetters: 'O código só tem números.',
  codeWrong: (left) => `O código não confere. Você ainda tem ${left === 1 ? '1 tentativa' : `${left} tentativas`}.`,
  codeWrongLast: 'O código não confere. Resta 1 tentativa; depois este pedido fica bloqueado.',
  codeExpired: 'Este código expirou. Peça um novo.',
  notDelivered: 'O SMS não pôde ser enviado agora. Tente de novo em instantes.',

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
  },
  review: 'Revisar os dados',
  tryAgain: 'Tentar de novo',
  backTo: (brand) => `Voltar a ${brand}`,
  waitSeconds: (seconds) => `Tente de novo em ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmado',
  approvedReturning: (brand) => `Voltando para ${brand}…`,
  approvedDone: 'Você já pode fechar esta página.',
  enrolled: (lastFour) => `O celular com final ${lastFour} ficou cadastrado para aprovar suas próximas ações.`,
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
