// The portal works without this file. With it: printing from a button, and one submission for a hasty double click.
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

for (const form of document.querySelectorAll('form')) {
  let sent = false
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault()
    sent = true
  })
  // The back button brings the page back as it was left: it may be sent again.
  window.addEventListener('pageshow', () => {
    sent = false
  })
}
