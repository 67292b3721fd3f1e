import { campaignMean, percent, summarize, sumOf } from './metrics.ts'
import { vectors } from './payout-changes.ts'
import { type PayoutResult, payoutMean } from './payouts.ts'
import type { Results } from './results.ts'
import { leakBinMs } from './run-world.ts'
import type { Verdict } from './targets.ts'
import { hour } from './time.ts'

/**
 * A Markdown table of campaigns by policies: messages leaked, USD leaked, honest people harmed in percent of those asking. The last
 * column is the first refusal of the last policy.
 */
export function campaignTable(results: Results): string {
  const last = results.policies.at(-1) ?? ''
  const rows = results.campaigns.map((campaign) => [
    campaign,
    ...results.policies.map((policy) => {
      const mean = campaignMean(results, policy, campaign)
      return mean ? `${whole(mean.leaked)} / ${whole(mean.leakedUsd)} / ${fixed(mean.harmedPercent, 1)}` : '-'
    }),
    fixed(campaignMean(results, last, campaign)?.firstRefusalSeconds, 0),
  ])
  return table(['campaign', ...results.policies, `first refusal of ${last} (s)`], rows)
}

/** A Markdown table of policies over these campaigns, or all that were run. */
export function summaryTable(results: Results, campaigns = results.campaigns): string {
  const rows = results.policies.map((policy) => {
    const summary = summarize(results, policy, campaigns)
    return [
      policy,
      whole(summary.leaked),
      whole(summary.leakedUsd),
      fixed(summary.stoppedUsdPercent, 2),
      whole(summary.worstCampaignUsd),
      fixed(summary.blockedPercent, 1),
      fixed(summary.hardDaysWithheldPercent, 3),
      fixed(summary.harmedPercent, 2),
      fixed(summary.worstHarmedPercent, 2),
      fixed(summary.worstKnownWithheldPercent, 2),
    ]
  })
  return table(
    [
      'policy',
      'messages leaked',
      'USD leaked',
      'USD stopped %',
      'worst campaign USD',
      'blocked %, mean',
      'withheld on hard days %',
      'harmed by an attack %, mean',
      'worst %',
      'known users, worst %',
    ],
    rows,
  )
}

/** A Markdown table of policies in the worlds that nobody attacks: honest people withheld, in percent. */
export function calmTable(results: Results): string {
  const rows = results.policies.map((policy) => [
    policy,
    ...results.worlds.map((world) => {
      const runs = results.calmRuns.filter((run) => run.policy === policy && run.world === world)
      const withheld = percent(sumOf(runs.map((run) => run.withheld)), sumOf(runs.map((run) => run.wouldComplete)))
      return runs.length === 0 ? '-' : fixed(withheld, 3)
    }),
  ])
  return table(['policy', ...results.worlds], rows)
}

/** A Markdown table of the policies of payouts. */
export function payoutTable(results: readonly PayoutResult[]): string {
  const policies = [...new Set(results.map((result) => result.policy))]
  const rows = policies.map((policy) => {
    const mean = (figure: (result: PayoutResult) => number) => fixed(payoutMean(results, policy, figure), 1)
    return [
      policy,
      mean((result) => result.releasedPercent),
      mean((result) => result.releasedMoneyPercent),
      mean((result) => result.heldPercent),
      mean((result) => result.held72Percent),
      mean((result) => result.strongPercent),
      mean((result) => result.notAtOncePercent),
      vectors.map((vector) => `${vector} ${mean((result) => result.releasedPercentByVector[vector])}`).join(', '),
    ]
  })
  return table(
    [
      'policy',
      'thefts released %',
      'of the money %',
      'honest held %',
      'held 72 h %',
      'honest asked for a stronger factor %',
      'honest not through at once %',
      'released by vector %',
    ],
    rows,
  )
}

/** A Markdown table of targets. */
export function targetTable(verdicts: readonly Verdict[]): string {
  const word = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'yes' : 'no')
  return table(
    ['target', 'limit', 'measured', 'met'],
    verdicts.map((verdict) => [verdict.name, verdict.limit, verdict.value, word(verdict.met)]),
  )
}

/** An SVG of what leaked with each policy in all campaigns together, in USD on a logarithmic scale. */
export function leakBars(results: Results): string {
  const bars = results.policies.map((policy) => ({ policy, usd: summarize(results, policy).leakedUsd }))
  const most = decadeAbove(Math.max(10, ...bars.map((bar) => bar.usd)))
  const left = 240
  const width = 440
  const top = 48
  const step = 28
  const x = (usd: number) => left + (Math.log10(Math.max(1, usd)) / Math.log10(most)) * width
  const bottom = top + bars.length * step
  const ticks = Array.from({ length: Math.round(Math.log10(most)) + 1 }, (_, power) => 10 ** power)
  const body = [
    ...ticks.map(
      (usd) =>
        `<line class="grid" x1="${at(x(usd))}" x2="${at(x(usd))}" y1="${top - 8}" y2="${bottom}"/>` +
        `<text class="soft" x="${at(x(usd))}" y="${top - 14}" text-anchor="middle">$${whole(usd)}</text>`,
    ),
    ...bars.map(({ policy, usd }, index) => {
      const y = top + index * step
      return (
        `<text x="${left - 10}" y="${y + 15}" text-anchor="end">${escaped(policy)}</text>` +
        `<rect class="bar" x="${left}" y="${y + 3}" width="${at(Math.max(1, x(usd) - left))}" height="${step - 10}" rx="2"/>` +
        `<text class="soft" x="${at(x(usd) + 8)}" y="${y + 15}">$${whole(usd)}</text>`
      )
    }),
  ]
  const words = bars.map(({ policy, usd }) => `${policy} $${whole(usd)}`).join(', ')
  return svg(
    left + width + 90,
    bottom + 16,
    'USD leaked in all campaigns, by policy',
    `Bars on a logarithmic scale, mean of ${results.seeds.length} seed(s): ${words}.`,
    body.join(''),
  )
}

/** An SVG of the USD leaked in one campaign as time goes on, a line for each policy, on a logarithmic scale. */
export function leakOverTime(results: Results, campaign: string): string {
  const left = 80
  const width = 480
  const top = 40
  const height = 260
  const lines = results.policies.map((policy) => ({ policy, usd: cumulated(results, policy, campaign) }))
  const bins = Math.max(1, ...lines.map((line) => line.usd.length))
  const most = decadeAbove(Math.max(10, ...lines.map((line) => line.usd.at(-1) ?? 0)))
  const x = (bin: number) => left + (bin / bins) * width
  const y = (usd: number) => top + height - (Math.log10(Math.max(1, usd)) / Math.log10(most)) * height
  const powers = Array.from({ length: Math.round(Math.log10(most)) + 1 }, (_, power) => 10 ** power)
  const hours = (bins * leakBinMs) / hour
  const body = [
    ...powers.map(
      (usd) =>
        `<line class="grid" x1="${left}" x2="${left + width}" y1="${at(y(usd))}" y2="${at(y(usd))}"/>` +
        `<text class="soft" x="${left - 8}" y="${at(y(usd) + 4)}" text-anchor="end">$${whole(usd)}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<text class="soft" x="${at(left + part * width)}" y="${top + height + 20}" text-anchor="middle">${Number((part * hours).toFixed(2))} h</text>`,
    ),
    ...lines.map(({ usd }, index) => {
      const held = Array.from({ length: bins }, (_, bin) => usd[Math.min(bin, usd.length - 1)] ?? 0)
      const points = [0, ...held].map((value, bin) => `${at(x(bin))},${at(y(value))}`).join(' ')
      return `<polyline class="line ${styleOf(index)}" points="${points}"/>`
    }),
    ...lines.map(({ policy, usd }, index) => {
      const row = top + 6 + index * 20
      const from = left + width + 20
      return (
        `<line class="line ${styleOf(index)}" x1="${from}" x2="${from + 26}" y1="${row}" y2="${row}"/>` +
        `<text x="${from + 34}" y="${row + 4}">${escaped(policy)} <tspan class="soft">$${whole(usd.at(-1) ?? 0)}</tspan></text>`
      )
    }),
  ]
  const words = lines.map(({ policy, usd }) => `${policy} $${whole(usd.at(-1) ?? 0)}`).join(', ')
  return svg(
    left + width + 330,
    Math.max(top + height + 36, top + 6 + lines.length * 20),
    `USD leaked in campaign ${campaign} over time, by policy`,
    `Lines on a logarithmic scale over ${Number(hours.toFixed(2))} hours, mean of ${results.seeds.length} seed(s). At the end: ${words}.`,
    body.join(''),
  )
}

function cumulated(results: Results, policy: string, campaign: string): number[] {
  const runs = results.campaignRuns.filter((run) => run.policy === policy && run.campaign === campaign)
  const longest = Math.max(0, ...runs.map((run) => run.leakedUsdByBin.length))
  let sum = 0
  return Array.from({ length: longest }, (_, bin) => {
    sum += sumOf(runs.map((run) => run.leakedUsdByBin[bin] ?? 0)) / runs.length
    return sum
  })
}

// Colours come from variables that a page may set; lines differ in their dashes too, for those who see no colours.
const style = `
.aval-plot{--ink:var(--plot-ink,#1f2328);--soft:var(--plot-soft,#59636e);--grid:var(--plot-grid,#d1d9e0);--bar:var(--plot-bar,#0a6c5b);
--c0:#0a6c5b;--c1:#b3541e;--c2:#4453b8;--c3:#8a3ffc;--c4:#9f1853;--c5:#5f6b00;font:13px system-ui,sans-serif}
@media (prefers-color-scheme:dark){.aval-plot{--ink:var(--plot-ink,#e6edf3);--soft:var(--plot-soft,#9198a1);--grid:var(--plot-grid,#3d444d);
--bar:var(--plot-bar,#3fb68f);--c0:#3fb68f;--c1:#f0955f;--c2:#93a1ff;--c3:#c4a0ff;--c4:#ff8ab8;--c5:#c3cf5a}}
.aval-plot text{fill:var(--ink)}.aval-plot .soft{fill:var(--soft)}.aval-plot .grid{stroke:var(--grid)}.aval-plot .bar{fill:var(--bar)}
.aval-plot .line{fill:none;stroke-width:2}
${[0, 1, 2, 3, 4, 5].map((color) => `.aval-plot .c${color}{stroke:var(--c${color})}`).join('')}
.aval-plot .d1{stroke-dasharray:7 4}.aval-plot .d2{stroke-dasharray:2 3}`.replaceAll('\n', '')

function styleOf(index: number): string {
  return `c${index % 6} d${Math.floor(index / 6) % 3}`
}

function svg(width: number, height: number, title: string, desc: string, body: string): string {
  const id = `plot-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="aval-plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"` +
    ` role="img" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${escaped(title)}</title>` +
    `<desc id="${id}-desc">${escaped(desc)}</desc><style>${style}</style>${body}</svg>`
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `|${head.map((_, index) => (index === 0 ? '---' : '--:')).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function decadeAbove(value: number): number {
  return 10 ** Math.ceil(Math.log10(value))
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits)
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
