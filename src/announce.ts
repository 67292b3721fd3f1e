import type { Aval } from './aval.ts'

/** Prints where everything is, and once, at the first start, the credentials that it made. */
export function announce({ config, credentials }: Aval): void {
  const { publicUrl, mode } = config
  const lines = [
    '',
    `  Aval · ${mode} mode · ${wayOfCodes(config)}`,
    '',
    ...(mode === 'local'
      ? [`  Organizer's portal   ${publicUrl}/`, `  Dev inbox            ${publicUrl}/dev/inbox`]
      : []),
    `  Gate API             ${publicUrl}/v1`,
    `  Twilio Verify API    ${publicUrl}/v2`,
    `  Store                ${config.AVAL_DATABASE_URL ? 'PostgreSQL' : `SQLite in ${config.AVAL_DATA_DIR}`}`,
    ...noticesWithout(config),
    '',
  ]
  if (credentials.made.length > 0) {
    const made = credentials.made.map(([name, value]) => `    ${name.padEnd(14)}${value}`)
    lines.push('  Made for you, kept in the data dir, and printed this once:', ...made, '')
  }
  console.log(lines.join('\n'))
}

/** Twilio Verify carries codes alone: who else is told of changes is said, for silence would not be noticed. */
function noticesWithout({ mode, twilio, carriers }: Aval['config']): string[] {
  const without = (['sms', 'email'] as const).filter((channel) => !carriers[channel])
  if (mode === 'local' || !twilio || without.length === 0) return []
  const settings = without.map((channel) => `AVAL_${channel.toUpperCase()}_CARRIER`).join(' and ')
  return [`  Notices of changes   do not leave by ${without.join(' and ')}: set ${settings}`]
}

/** How codes reach people, in a few words. */
function wayOfCodes({ mode, twilio, carriers }: Aval['config']): string {
  if (twilio) return 'codes go through Twilio Verify'
  const chosen = Object.entries(carriers).map(([channel, one]) => `${channel} by ${one?.by}`)
  if (mode === 'local') return ['messages stay in the local inbox', ...chosen].join(', ')
  return chosen.length > 0 ? chosen.join(', ') : 'codes need a carrier: see docs/factors.md'
}
