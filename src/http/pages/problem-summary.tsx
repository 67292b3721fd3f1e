import type { PageCopy } from './copy/copy.ts'

/** The summary of what is wrong: it takes the focus, and says the same words as the field. */
export function Problem({ text, href, copy }: { text: string | undefined; href: string; copy: PageCopy }) {
  if (!text) return null
  return (
    <div class="error-summary" role="alert" tabIndex={-1} autofocus aria-labelledby="problem">
      <h2 id="problem">{copy.problem}</h2>
      <a href={href}>{text}</a>
    </div>
  )
}
