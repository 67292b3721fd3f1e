import { settings } from './settings.ts'

/** The text of docs/configuration.md, made from the table of settings. */
export function configurationDoc(): string {
  const rows = Object.entries(settings).map(([name, { about, fallback }]) => `| \`${name}\` | ${about} | ${fallback} |`)
  return `# Configuration

Made by \`npm run docs\` from \`src/settings.ts\`; edit the table there.

A setting is looked for in the environment, then in the file that its \`*_FILE\` twin names, then in \`secrets.toml\` and
\`.streamlit/secrets.toml\` of the folder that Aval is started in, then it has its default. An empty variable counts as unset.
Unknown \`AVAL_\` names and bad values stop the start (exit code 3), all named at once. Secrets print as \`[redacted]\`.

| name | meaning | default |
|---|---|---|
${rows.join('\n')}

## What the first start makes
In the data dir, readable by its owner only: \`credentials.json\` (API key, account, auth token, service and, in local mode, the key
that seals data: keep it as long as the database), \`aval.db\` (the embedded store) and, in local mode, \`inbox.jsonl\` and
\`clock.json\` of the dev tools and \`platform.db\` of the sample platform.

## Keys
\`AVAL_KEYS\` is a ring: the first key is active, the others open what they sealed. To rotate, put a new key in front and restart
every node. Take an old one out when nothing names it any more: no transaction before its release is acknowledged, no enrolled phone, no
stored answer, no factor of the Twilio door; receipts and audit heads that it signed cannot be verified afterwards. Never take out the
oldest one while addresses must still be found: their hashes are under it.
The same ring must be on every node. It is never in the database: whoever has only the database can read no code, phone or payload.
`
}
