import { type Chaos, isCalm, type Outcome } from '../../channel/chaos.ts'
import type { TestNumbers } from '../../channel/inbox-test-numbers.ts'
import type { Channel } from '../../model/factor.ts'
import { type InboxCopy, presetNames } from './copy/inbox-copy.ts'
import { presetNameOf } from './inbox-chaos.ts'
import { Address } from './inbox-frame.tsx'

/** What the tools turn and list. */
export interface ToolsView {
  /** The recipient that stays open. */
  open: string | undefined
  offsetMs: number
  chaos: Chaos
  testNumbers: TestNumbers
}

/** Test clock, chaos, test numbers, and how a passkey is tried. */
export function Tools({ view, copy }: { view: ToolsView; copy: InboxCopy }) {
  return (
    <div class="tools">
      <Clock view={view} copy={copy} />
      <ChaosForm view={view} copy={copy} />
      {view.testNumbers.size > 0 && <TestNumberList testNumbers={view.testNumbers} copy={copy} />}
      <PasskeyHint copy={copy} />
    </div>
  )
}

/** How a passkey is tried without a device. */
export function PasskeyHint({ copy }: { copy: InboxCopy }) {
  return (
    <details>
      <summary>{copy.passkeys}</summary>
      <p class="soft small">{copy.passkeysHint}</p>
    </details>
  )
}

/** The page of one recipient, or of whoever got the newest message. */
export function hrefOf(to: string | undefined): string {
  return to === undefined ? '/dev/inbox' : `/dev/inbox?to=${encodeURIComponent(to)}`
}

function Clock({ view: { open, offsetMs }, copy }: { view: ToolsView; copy: InboxCopy }) {
  return (
    <section aria-labelledby="clock">
      <h2 id="clock">{copy.clock}</h2>
      <p class="soft small" id="clock-hint">
        {copy.clockHint} {offsetMs > 0 && <strong>{copy.turned(Math.round(offsetMs / 60_000))}</strong>}
      </p>
      <form method="post" action="/dev/inbox/clock" class="row" aria-describedby="clock-hint">
        <Open open={open} />
        {copy.advance.map(({ label, ms }) => (
          <button key={ms} class="button button-secondary" type="submit" name="advance_ms" value={ms}>
            {label}
          </button>
        ))}
      </form>
      <form method="post" action="/dev/inbox/clear" class="row">
        <a class="button button-secondary" href={hrefOf(open)}>
          {copy.refresh}
        </a>
        <button class="button button-secondary" type="submit">
          {copy.clear}
        </button>
      </form>
    </section>
  )
}

function ChaosForm({ view: { open, chaos }, copy }: { view: ToolsView; copy: InboxCopy }) {
  const channels = Object.keys(chaos) as Channel[]
  const isOn = channels.some((channel) => !isCalm(chaos[channel]))
  return (
    <details open={isOn}>
      <summary>{copy.chaos}</summary>
      <form method="post" action="/dev/inbox/chaos" class="chaos" aria-label={copy.chaos}>
        <p class="soft small">
          {copy.chaosHint} {isOn && <strong>{copy.chaosOn}</strong>}
        </p>
        <Open open={open} />
        {channels.map((channel) => {
          const chosen = presetNameOf(chaos[channel], channel)
          return (
            <p key={channel} class="setting">
              <label for={`chaos-${channel}`}>{copy.channels[channel]}</label>
              <select class="input" id={`chaos-${channel}`} name={channel}>
                {!chosen && (
                  <option value="" selected>
                    {copy.custom}
                  </option>
                )}
                {presetNames.map((name) => (
                  <option key={name} value={name} selected={name === chosen}>
                    {copy.presets[name]}
                  </option>
                ))}
              </select>
            </p>
          )
        })}
        <button class="button button-secondary" type="submit">
          {copy.apply}
        </button>
      </form>
    </details>
  )
}

function TestNumberList({ testNumbers, copy }: { testNumbers: TestNumbers; copy: InboxCopy }) {
  return (
    <details>
      <summary>{copy.testNumbers}</summary>
      <dl class="test-numbers small">
        {[...testNumbers].map(([to, outcome]) => (
          <div key={to}>
            <dt>
              <Address to={to} />
            </dt>
            <dd>{wordsOf(outcome, copy)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** Keeps the recipient open over a form. */
function Open({ open }: { open: string | undefined }) {
  return open === undefined ? null : <input type="hidden" name="to" value={open} />
}

function wordsOf(outcome: Outcome, { outcomes }: InboxCopy): string {
  switch (outcome.name) {
    case 'undelivered':
      return outcomes.undelivered(outcome.failure.code)
    case 'dropped':
      return outcomes.dropped
    case 'refused':
      return outcomes.refused(outcome.code)
    case 'delivered':
      if (outcome.copies === 2) return outcomes.duplicate
      return outcome.delayMs > 0 ? outcomes.slow(outcome.delayMs / 1000) : outcomes.delivered
  }
}
