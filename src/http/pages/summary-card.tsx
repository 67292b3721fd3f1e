import type { PageCopy } from './copy/copy.ts'
import type { CardView } from './screen.ts'
import { untranslated } from './untranslated.ts'

/** The card: what is approved, as the sealed transaction has it. Amount and payee come first, for they are what thieves change. */
export function SummaryCard({
  card,
  copy,
  title = copy.cardTitle,
}: {
  card: CardView
  copy: PageCopy
  title?: string
}) {
  return (
    <section class="card" aria-labelledby="card-title">
      <h2 id="card-title">{title}</h2>
      <dl class="summary">
        {card.amount && (
          <div class="hero">
            <dt class="visually-hidden">{copy.amount}</dt>
            <dd class="amount">{card.amount}</dd>
          </div>
        )}
        <Row label={card.act.target ?? copy.payee} value={card.payee} className="payee" fixed />
        <Row label={copy.action} value={card.act.line} />
        {card.fields.map(({ label, value }, i) => (
          <Row key={i} label={label} value={value} fixed />
        ))}
        <Row label={copy.reference} value={card.reference} className="number" fixed />
      </dl>
    </section>
  )
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
