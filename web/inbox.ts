/** What a script adds to the dev inbox: codes are copied at a touch, and new messages appear by themselves. */

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

const known = document.querySelector<HTMLElement>('main')?.dataset.revision ?? '0'

async function watch(): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(`/dev/inbox/changes?after=${known}`)
      if (!answer.ok) throw new Error(answer.statusText)
      const { revision } = (await answer.json()) as { revision: number }
      if (String(revision) !== known) {
        location.reload()
        return
      }
    } catch {
      await new Promise((next) => setTimeout(next, 2000))
    }
  }
}

void watch()
