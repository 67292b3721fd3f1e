import type { Aval } from './aval.ts'

/** Prints where everything is, and once, at the first start, the credentials that it made. */
export function announce({ config, credentials }: Aval): void {
  const { publicUrl, mode, twilio } = config
  const lines = [
    '',
    `  Aval · ${mode} mode · codes ${twilio ? 'go through Twilio Verify' : mode === 'local' ? 'stay in the local inbox' : 'need a carrier: set the TWILIO_ settings'}`,
    '',
    ...(mode === 'local'
      ? [`  Organizer's portal   ${publicUrl}/`, `  Dev inbox            ${publicUrl}/dev/inbox`]
      : []),
    `  Gate API             ${publicUrl}/v1`,
    `  Twilio Verify API    ${publicUrl}/v2`,
    `  Store                ${config.AVAL_DATABASE_URL ? 'PostgreSQL' : `SQLite in ${config.AVAL_DATA_DIR}`}`,
    '',
  ]
  if (credentials.made.length > 0) {
    const made = credentials.made.map(([name, value]) => `    ${name.padEnd(14)}${value}`)
    lines.push('  Made for you, kept in the data dir, and printed this once:', ...made, '')
  }
  console.log(lines.join('\n'))
}
