import type { ComponentChildren } from 'preact'
import { OtherWays } from './code-form.tsx'
import type { PageCopy } from './copy/copy.ts'
import type { Screen } from './screen.ts'
import { SummaryCard } from './summary-card.tsx'

/** The page on which the browser does a proof of work and asks again by itself. Without a script it says that there are other ways. */
export function Work({
  screen,
  copy,
  children,
}: {
  screen: Extract<Screen, { name: 'work' }>
  copy: PageCopy
  children: ComponentChildren
}) {
  const { card, factor, challenge, ways } = screen
  const { text, slow, done, failed, scriptless } = copy.work
  const left = ways.some((way) => way.factor === 'email') ? 'email' : ways.length > 0 ? 'other' : 'none'
  return (
    <main data-now="1">
      <h1>{copy.chooseHeading}</h1>
      <p id="work" class="notice scripted" role="status" data-slow={slow} data-done={done} data-failed={failed}>
        {text}
      </p>
      <noscript>
        <p class="notice notice-warning">{scriptless[left]}</p>
      </noscript>
      <SummaryCard card={card} copy={copy} />
      <form method="post" action={`/t/${card.id}/resend`} data-work={JSON.stringify(challenge)}>
        <input type="hidden" name="version" value={card.version} />
        <input type="hidden" name="factor" value={factor} />
        <input type="hidden" name="proof_of_work" />
      </form>
      <OtherWays card={card} ways={ways} copy={copy} />
      {children}
    </main>
  )
}
