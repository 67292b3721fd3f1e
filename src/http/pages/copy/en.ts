import type { PageCopy } from './copy.ts'

export const en: PageCopy = {
  languageName: 'English',
  languagesLabel: 'Language',
  title: (task, brand, wrong) => `${wrong ? 'Error: ' : ''}${task} - ${brand}`,
  problem: 'There is a problem',
  localBanner: 'Local mode: no text message leaves this machine.',
  localInbox: 'See the messages',

  cardTitle: 'What you are approving',
  cardTitleApproved: 'What you approved',
  cardTitleOver: 'The request',
  action: 'Action',
  amount: 'Amount',
  payee: 'Payee',
  reference: 'Ref.',
  confirm: (noun, amount) => (amount ? `Confirm ${noun} of ${amount}` : `Confirm ${noun}`),

  chooseHeading: 'Confirm it is you',
  chooseText: (lastFour) => `We will send a code by text message to the number ending in ${lastFour}.`,
  chooseButton: 'Get a code by text message',
  willEnroll: 'When you confirm, this phone is registered to approve your next actions.',

  codeHeading: 'Check your phone',
  sent: (lastFour, minutes) =>
    `We sent a code by text message to the number ending in ${lastFour}. It is valid for ${minutes === 1 ? '1 minute' : `${minutes} minutes`}.`,
  codeLabel: (digits) => `${digits}-digit code`,
  codeHint: 'You can paste the code. Spaces and hyphens are ignored.',
  resend: 'Resend code',
  resendIn: 'You can request another code in',
  resendReady: 'You can now request another code.',
  resendTooSoon: (seconds) => `Wait ${secondsText(seconds)} before you request another code.`,
  resendLast: 'You can ask for the code only once more.',
  resendNone: 'There are no more sends for this request. The last code we sent still works.',
  resent: 'Code resent. The earlier message still works.',
  newCode: 'Get a new code',
  helpSummary: "Didn't get the code?",
  helpSignal: (lastFour) =>
    `A text message can take a minute. Check that the phone ending in ${lastFour} has signal and that the message is not in spam.`,
  helpNumber: (brand) =>
    `Is the number wrong, or did you lose the phone? For security it can't be changed here. Go back to ${brand} and ask to change it.`,
  safe: "Our team never asks for this code. If you didn't start this,",
  deny: 'deny it now',

  codeMissing: (digits) => `Enter the ${digits}-digit code that we sent by text message.`,
  codeShort: (digits, missing) => `The code has ${digits} digits. ${missing} missing.`,
  codeLong: (digits) => `The code has only ${digits} digits.`,
  codeLetters: 'The code has numbers only.',
  codeWrong: (left) => `That code isn't right. ${left === 1 ? '1 try' : `${left} tries`} left.`,
  codeWrongLast: "That code isn't right. 1 try left; after that this request is locked.",
  codeExpired: 'This code has expired. Request a new one.',
  notDelivered: 'The text message could not be sent right now. Try again in a moment.',

  expiring: 'The code expires in 1 minute.',
  checking: 'Checking the code.',
  offline: "You're offline. What you typed is still here.",

  screens: {
    notFound: {
      heading: 'This link no longer works',
      text: ({ brand }) => `Go back to ${brand} and start again.`,
    },
    exhausted: {
      heading: 'Too many codes requested',
      text: ({ brand }) =>
        `There are no more sends for this request. Nothing was paid or changed. Go back to ${brand} and start again.`,
    },
    locked: {
      heading: 'Too many tries',
      text: ({ brand }) =>
        `For security this request is locked. Nothing was paid or changed. Go back to ${brand} and start again.`,
    },
    blocked: {
      heading: "We can't send a code",
      text: ({ reference }) => `Contact support and quote ${reference}. Nothing was paid or changed.`,
    },
    changed: {
      heading: 'The details changed',
      text: () => 'The details changed after the code was sent. For security the earlier code no longer works.',
    },
    superseded: {
      heading: 'This request no longer works',
      text: ({ brand }) =>
        `Another phone was registered meanwhile. Nothing was paid or changed. Go back to ${brand} and start again.`,
    },
    used: {
      heading: 'This confirmation was already used',
      text: ({ at }) => `It was used on ${at}. There is nothing more to do here.`,
    },
    denied: {
      heading: 'Denied',
      text: ({ brand }) => `Nothing was paid or changed. We told ${brand}.`,
    },
    canceled: {
      heading: 'This request was cancelled',
      text: ({ brand }) => `Nothing was paid or changed. If you need to, go back to ${brand} and start again.`,
    },
    expired: {
      heading: 'This request has expired',
      text: ({ brand }) => `Nothing was paid or changed. Go back to ${brand} and start again.`,
    },
    serverError: {
      heading: 'That failed on our side',
      text: ({ reference }) => `Your details are saved; this doesn't count as a try. Ref. ${reference}`,
    },
    slowDown: {
      heading: 'Wait a moment',
      text: () => "We received too many requests from this address. This doesn't count as a try.",
    },
    crossSite: {
      heading: 'This was sent from another site',
      text: () => 'For security nothing was done. Open the confirmation link again and send it from there.',
    },
    badRequest: {
      heading: "We couldn't read that",
      text: () => 'Nothing was done. Go back to the page before and try again.',
    },
  },
  review: 'Review the details',
  tryAgain: 'Try again',
  backTo: (brand) => `Back to ${brand}`,
  waitSeconds: (seconds) => `Try again in ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmed',
  approvedReturning: (brand) => `Returning to ${brand}…`,
  approvedDone: 'You can close this page now.',
  enrolled: (lastFour) => `The phone ending in ${lastFour} is now registered to approve your next actions.`,
  continueTo: (brand) => `Continue to ${brand}`,

  denyHeading: 'Deny this request?',
  denyText: "Nothing will be paid or changed, and the code stops working. This can't be undone.",
  denyButton: "Deny: it wasn't me",
  denyBack: 'Go back to the code',
}

function secondsText(seconds: number): string {
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}
