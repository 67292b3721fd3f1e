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
In the data dir: \`credentials.json\` (API key, account, auth token, service and, in local mode, the key that seals data: keep it as
long as the database; only its owner can read it), \`aval.db\` (the embedded store) and, in local mode, \`inbox.jsonl\` and \`clock.json\`
of the dev tools and \`platform.db\` of the sample platform.

The folder is made for its owner alone (mode 0700). One that was there is closed to others where it belongs to the user that Aval runs as
and holds nothing but these files. Any other is left as it is, and the start warns where others may enter it: they could read the stores.

## Keys
\`AVAL_KEYS\` is a ring: the first key is active, the others open what they sealed. To rotate, put a new key in front and restart
every node. An old one can go when nothing names it any more: no transaction that is pending, approved or being released, no enrolled
phone, no stored answer, nothing of the Twilio door that keeps an address or a secret (verifications, factors, access tokens, safe list,
lookup overrides), and no receipt or audit head that has still to be verified. The oldest one, the last of the ring, stays: the keyed
hashes by which addresses are found are all under it.
The same ring must be on every node. It is never in the database: without it a dump gives away no code, no payload and no whole phone
number.
`
}
