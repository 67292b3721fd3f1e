/**
 * What a script adds to the dev inbox: codes are copied at a touch, calls are said aloud, codes of the authenticator change in time, and
 * new messages appear by themselves.
 */

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-code]')) {
  const name = button.textContent
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.code ?? '')
    button.textContent = button.dataset.copied ?? name
    setTimeout(() => {
      button.textContent = name
    }, 1500)
  })
}

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-say]')) {
  button.hidden = !('speechSynthesis' in window)
  button.addEventListener('click', () => {
    const speech = new SpeechSynthesisUtterance(button.dataset.say)
    speech.lang = button.dataset.lang ?? ''
    speechSynthesis.cancel()
    speechSynthesis.speak(speech)
  })
}

const pause = (ms: number) => new Promise((next) => setTimeout(next, ms))
const accounts = [...document.querySelectorAll<HTMLElement>('[data-app]')]
const time = new Intl.DateTimeFormat(document.documentElement.lang, {
  timeStyle: 'medium',
  timeZone: 'America/Sao_Paulo',
})

/** Asked for again when one ends, and every few seconds, for the test clock may have been turned. */
async function showCodes(): Promise<void> {
  const ends = new Map(accounts.map((account) => [account, performance.now() + Number(account.dataset.left)]))
  for (let n = 1; ; n++) {
    await pause(500)
    const ended = [...ends.values()].some((end) => end <= performance.now())
    try {
      if (ended || n % 8 === 0) {
        const answer = await fetch('/dev/inbox/codes')
        const { codes } = (await answer.json()) as {
          codes: { id: string; code: string; left_ms: number; expires_at: string }[]
        }
        for (const { id, code, left_ms, expires_at } of codes) {
          const account = accounts.find(({ dataset }) => dataset.app === id)
          if (!account) continue
          ends.set(account, performance.now() + left_ms)
          const half = Math.ceil(code.length / 2)
          write(account, '.code', `${code.slice(0, half)} ${code.slice(half)}`)
          write(account, '.until', time.format(new Date(expires_at)))
          account.querySelector('[data-code]')?.setAttribute('data-code', code)
        }
      }
    } catch {
      await pause(2000)
    }
    for (const [account, end] of ends) {
      const bar = account.querySelector('progress')
      if (bar) bar.value = Math.max(0, end - performance.now())
    }
  }
}

function write(account: HTMLElement, selector: string, text: string): void {
  const element = account.querySelector(selector)
  if (element && element.textContent !== text) element.textContent = text
}

const known = document.querySelector<HTMLElement>('main')?.dataset.revision ?? '0'

// A form changes the inbox, which the page hears of while the form's own answer is under way: a reload would put an end to that one.
let leaving = false
addEventListener('beforeunload', () => {
  leaving = true
})

async function watch(): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(`/dev/inbox/changes?after=${known}`)
      if (!answer.ok) throw new Error(answer.statusText)
      const { revision } = (await answer.json()) as { revision: number }
      if (String(revision) !== known) {
        if (!leaving) location.reload()
        return
      }
    } catch {
      await pause(2000)
    }
  }
}

document.querySelector<HTMLElement>('.error-summary')?.focus()
if (accounts.length > 0) void showCodes()
else if (!document.querySelector('main.apps')) void watch()
