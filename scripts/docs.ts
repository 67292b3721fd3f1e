// `npm run docs`: writes docs/configuration.md from the table of settings. A test fails when the file is not what this makes.
import { writeFileSync } from 'node:fs'
import { configurationDoc } from '../src/configuration-doc.ts'

writeFileSync('docs/configuration.md', configurationDoc())
