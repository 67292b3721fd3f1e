import type { PageCopy } from './copy/copy.ts'
import type { CardView } from './screen.ts'
import { untranslated } from './untranslated.ts'

/** The card: what is approved, as the sealed transaction has it. */
export function SummaryCard({ card, copy }: { card: CardView; copy: PageCopy }) {
  return (
    <section class="card" aria-labelledby="card-title">
      <h2 id="card-title">{copy.cardTitle}</h2>
      <dl class="summary">
        <Row label={copy.action} value={actOf(card.kind, copy).line} />
        {card.amount && <Row label={copy.amount} value={card.amount} className="amount" />}
        <Row label={copy.payee} value={card.payee} fixed />
        {card.fields.map(({ label, value }, i) => (
          <Row key={i} label={label} value={value} fixed />
        ))}
        <Row label={copy.reference} value={card.reference} className="number" fixed />
      </dl>
    </section>
  )
}

/** How the act of a kind is called. */
export function actOf(kind: string, copy: PageCopy): PageCopy['anyAct'] {
  return (Object.hasOwn(copy.acts, kind) && copy.acts[kind]) || copy.anyAct
}

/** `fixed` values are names and numbers, which no translator may touch. */
function Row({
  label,
  value,
  className,
  fixed,
}: {
  label: string
  value: string
  className?: string
  fixed?: boolean
}) {
  return (
    <>
      <dt>{label}</dt>
      <dd class={className} {...(fixed ? untranslated : {})}>
        {value}
      </dd>
    </>
  )
}
