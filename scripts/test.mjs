// `npm test`: build, types, lint, then every test. `npm test -- some.test.ts` builds and runs that one alone.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMissing } from './system-packages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = `${root}test-results/vitest.json`
const chosen = process.argv.slice(2)
// The program that runs this script, not an older one on the PATH, runs everything below.
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), `${root}node_modules/.bin`, process.env.PATH].join(delimiter),
}

if (!installMissing()) process.exit(1)
mkdirSync(dirname(results), { recursive: true })
rmSync(results, { force: true })

const summary = [step('build', 'node', 'scripts/build.mjs')]
if (summary[0].passed) {
  if (chosen.length === 0) {
    summary.push(step('types', 'tsc', '--noEmit'))
    summary.push(step('lint', 'biome', 'check', '.'))
  }
  summary.push(
    step('tests', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...chosen),
  )
}

const { passed, failed, skipped } = readResults()
const failedSteps = summary.filter(({ name, passed }) => !passed && (name !== 'tests' || failed === 0)).length
console.log('\nSummary')
for (const { name, passed, seconds } of summary)
  console.log(`  ${name.padEnd(6)} ${passed ? 'passed' : 'FAILED'} in ${seconds} s`)
if (skipped > 0) console.log(`  ${skipped} skipped`)
console.log(`${passed} passed, ${failed + failedSteps} failed`)
process.exit(failed + failedSteps === 0 && passed > 0 ? 0 : 1)

function step(name, command, ...args) {
  console.log(`\n> ${name}`)
  const startedAt = performance.now()
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' })
  return { name, passed: status === 0, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) }
}

/** Counts tests; a file that could not even be loaded counts as one that failed. */
function readResults() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(results, 'utf8'),
    )
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    ).length
    return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
