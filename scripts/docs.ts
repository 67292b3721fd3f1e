// `npm run docs`: writes docs/configuration.md from the table of settings, and the table of operations in docs/twilio-compat.md from
// Twilio's file. A test fails when either is not what this makes.
import { readFileSync, writeFileSync } from 'node:fs'
import { configurationDoc } from '../src/configuration-doc.ts'
import { compatDoc } from '../test/contract/compat-doc.ts'

const compat = 'docs/twilio-compat.md'

writeFileSync('docs/configuration.md', configurationDoc())
writeFileSync(compat, compatDoc(readFileSync(compat, 'utf8')))
