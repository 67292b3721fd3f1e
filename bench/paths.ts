import { dirname, join } from 'node:path'

/** This very program, dist/bench/main.js. Not import.meta.url: the bundler moves modules. */
export const thisProgram = process.argv[1] ?? ''

/** The server, as `npm start` runs it. */
export const serverProgram = join(dirname(thisProgram), '../main.js')

/** Where results are kept. */
export const resultsFolder = join(dirname(thisProgram), '../../test-results/bench')
