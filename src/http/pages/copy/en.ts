import type { PageCopy } from './copy.ts'

export const en: PageCopy = {
  languageName: 'English',
  languagesLabel: 'Language',
  title: (task, brand, wrong) => `${wrong ? 'Error: ' : ''}${task} - ${brand}`,
  problem: 'There is a problem',
  localBanner: 'Local mode: no message leaves this machine.',
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
  chooseOther: 'Other ways',
  address: { phone: (lastFour) => `the phone ending in ${lastFour}`, email: (mask) => `the e-mail ${mask}` },
  willEnroll: (address) => `When you confirm, ${address} is registered to approve your next actions.`,
  channels: {
    sms: {
      way: 'Get a code by text message',
      hint: (to) => `On the number ending in ${to}`,
      heading: 'Check your phone',
      sent: (to, minutes) => `We sent a code by text message to the number ending in ${to}. ${validFor(minutes)}`,
      resend: 'Resend code',
      missing: (digits) => `Enter the ${digits}-digit code that we sent by text message.`,
      help: (to) =>
        `A text message can take a minute. Check that the phone ending in ${to} has signal and that the message is not in spam.`,
    },
    whatsapp: {
      way: 'Get it on WhatsApp',
      hint: (to) => `On the number ending in ${to}`,
      heading: 'Check WhatsApp',
      sent: (to, minutes) =>
        `We sent a code on WhatsApp to the number ending in ${to}. Open it on your main phone. ${validFor(minutes)}`,
      resend: 'Resend on WhatsApp',
      missing: (digits) => `Enter the ${digits}-digit code that we sent on WhatsApp.`,
      help: (to) => `The code shows only on the main phone, ending in ${to}, and not on WhatsApp Web.`,
    },
    call: {
      way: 'Get a phone call',
      hint: (to) => `On the number ending in ${to}`,
      heading: 'Answer the phone',
      sent: (to, minutes) =>
        `We are calling the number ending in ${to}. Press a key, and a voice will read the code twice. ${validFor(minutes)}`,
      resend: 'Call again',
      missing: (digits) => `Enter the ${digits}-digit code that the voice read.`,
      help: (to) => `Check that the phone ending in ${to} takes calls from unknown numbers.`,
    },
    email: {
      way: 'Get it by e-mail',
      hint: (to) => `At ${to}`,
      heading: 'Check your e-mail',
      sent: (to, minutes) => `We sent a code to ${to}. Check spam too. ${validFor(minutes)}`,
      resend: 'Resend e-mail',
      missing: (digits) => `Enter the ${digits}-digit code that we sent by e-mail.`,
      help: () => 'An e-mail can take a few minutes. Look in the spam folder too.',
    },
  },
  app: {
    way: 'Use authenticator app',
    hint: 'The 6-digit code of your app',
    heading: 'Open your authenticator app',
    prompt: 'Open your authenticator app and enter the 6-digit code. It changes every 30 seconds.',
    help: "If the app's code isn't right, check that the phone's time is.",
    missing: 'Enter the 6-digit code of your app.',
    recoveryLink: 'Use a recovery code',
    recoveryPrompt: 'Enter one of the 10-digit codes that you kept when you turned on the app. Each works once.',
    codeHint: 'Each code works once. Wait for the next one if you used this one.',
  },
  passkey: {
    way: 'Use a passkey',
    hint: 'With fingerprint, face or PIN',
    heading: 'Confirm with your passkey',
    prompt: (amount, payee) =>
      `Your device will ask for your fingerprint, face or PIN to confirm${amount ? ` ${amount}` : ''} to ${payee}.`,
    button: (noun, amount) => `Confirm ${noun}${amount ? ` of ${amount}` : ''} with passkey`,
    cancelled: "The passkey wasn't used. Try again or choose another way.",
    unsupported: "This browser doesn't use passkeys. Choose another way.",
    deviceName: 'This device',
  },
  sending: 'Sending the code…',
  undelivered: {
    sms: "The carrier didn't deliver the text. Get it another way?",
    whatsapp: "WhatsApp didn't deliver the message. Get it another way?",
    call: "The call wasn't answered. Get it another way?",
    email: 'The e-mail bounced. Get it another way?',
  },
  work: {
    text: 'We are getting ready to send the code. It takes a few seconds, and there is nothing for you to do.',
    slow: 'Still getting ready. Wait a little longer, or choose another way.',
    done: 'Ready. Sending the code…',
    failed: 'The code could not be sent this way. Choose another way.',
    scriptless: {
      email: 'Without JavaScript the code cannot be sent this way right now. Use another way, such as e-mail.',
      other: 'Without JavaScript the code cannot be sent this way right now. Use another way.',
      none: 'Without JavaScript the code cannot be sent right now. Turn JavaScript on, or try again later.',
    },
  },
  heldWay: 'Not available right now: use another way',
  moreToProve: 'First confirmation done. One more to go.',
  targetHeading: { phone: 'Confirm the new phone', email: 'Confirm the new e-mail' },
  targetText: (address) => `It remains to prove that ${address} is yours.`,
  targetDelay: (hours) =>
    `For security it is used from ${inHours(hours)} after you confirm, and we alert all your contacts.`,
  wrongNumberLink: 'The number is wrong or I lost my phone',
  wrongNumber: {
    heading: "The number can't be changed here",
    text: (hours) =>
      `For security, use another way below, or ask for the change under Security in your account: it takes ${inHours(hours)} and we alert all your contacts.`,
  },
  back: 'Back',
  enrol: {
    appHeading: 'Turn on your authenticator app',
    appText: 'Scan this QR code with your authenticator app, or type the key. Then enter here the code that it shows.',
    appQr: 'QR code for the authenticator app',
    appSecret: 'Key',
    appCode: "The app's code",
    appHint: 'Six digits, which change every 30 seconds.',
    appButton: 'Turn on app',
    appWrong: (left) =>
      `That code isn't right. Check that the phone's time is. ${left === 1 ? '1 try left.' : `${left} tries left.`}`,
    appLocal: 'Add to the local authenticator',
    passkeyHeading: 'Create your passkey',
    passkeyText: "Next time you confirm with this device's fingerprint, face or PIN, and wait for no code.",
    passkeyButton: 'Create passkey',
    passkeyFailed: "The passkey wasn't created. Try again.",
    doneHeading: { totp: 'App turned on', passkey: 'Passkey created', contact: 'Contact confirmed', remove: 'Removed' },
    doneText: {
      totp: 'From now on the app confirms your actions too. We told your contacts.',
      passkey: 'Next time, confirm without a code. We told your contacts.',
      contact: (day) => (day ? `It is used from ${day}. We told all your contacts.` : 'It is in use.'),
      remove: 'This way to confirm no longer works. We told your contacts.',
    },
    recoveryHeading: 'Keep your recovery codes',
    recoveryText: 'Each stands for the app once. They are not shown again.',
    saved: 'I kept the codes',
  },
  codeLabel: (digits) => `${digits}-digit code`,
  codeHint: 'You can paste the code. Spaces and hyphens are ignored.',
  resendIn: 'You can request another code in',
  resendReady: 'You can now request another code.',
  resendTooSoon: (seconds) => `Wait ${secondsText(seconds)} before you request another code.`,
  resendLast: 'You can ask for the code only once more.',
  resendNone: 'There are no more sends for this request. The last code we sent still works.',
  resent: 'Code resent. The earlier message still works.',
  newCode: 'Get a new code',
  helpSummary: "Didn't get the code?",
  otherWays: 'Confirm another way',
  safe: "Our team never asks for this code. If you didn't start this,",
  deny: 'deny it now',

  codeShort: (digits, missing) => `The code has ${digits} digits. ${missing} missing.`,
  codeLong: (digits) => `The code has only ${digits} digits.`,
  codeLetters: 'The code has numbers only.',
  codeWrong: (left) => `That code isn't right. ${left === 1 ? '1 try' : `${left} tries`} left.`,
  codeWrongLast: "That code isn't right. 1 try left; after that this request is locked.",
  codeExpired: 'This code has expired. Request a new one.',
  anotherWayNeeded: "We can't send a code this way right now. Choose another way.",
  tooManyMessages:
    'Several codes were sent to this contact already. Use the last one that came, or choose another way.',
  tooManyChecks: 'Too many codes were wrong lately. Wait a while before you try again.',
  notDelivered: "The code couldn't be sent now. Try again in a moment or choose another way.",

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
    notHeld: {
      heading: 'This request is not on hold',
      text: () => 'It was completed or cancelled, or is not confirmed yet. If it was not you, contact support.',
    },
    enrolmentOver: {
      heading: 'Time is up',
      text: ({ brand }) => `It was not finished in ten minutes. Go back to ${brand} and start again.`,
    },
  },
  review: 'Review the details',
  tryAgain: 'Try again',
  backTo: (brand) => `Back to ${brand}`,
  waitSeconds: (seconds) => `Try again in ${secondsText(seconds)}.`,

  approvedHeading: 'Confirmed',
  approvedReturning: (brand) => `Returning to ${brand}…`,
  approvedDone: 'You can close this page now.',
  held: (until) =>
    `For your safety, this is on hold until ${until}. We told all your contacts; if something is wrong, it can be cancelled.`,
  heldReview: 'For your safety, our team checks this request before it is completed.',
  callOff: {
    heading: 'Cancel this request?',
    text: 'The request was confirmed and is on hold. If it was not you, cancel it: nothing is paid or changed.',
    button: 'Cancel: it was not me',
  },
  enrolled: (address) => `Registered to approve your next actions: ${address}.`,
  passkeyOffer: 'Next time, confirm without a code: create a passkey.',
  passkeyCreate: 'Create a passkey',
  notNow: 'Not now',
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

function validFor(minutes: number): string {
  return `It is valid for ${minutes === 1 ? '1 minute' : `${minutes} minutes`}.`
}

function inHours(hours: number): string {
  return hours === 1 ? '1 hour' : `${hours} hours`
}
