// What the tests need from the system, and how a Debian machine gets it.
import { spawnSync } from 'node:child_process'
import { findChromium } from '../test/support/chromium.ts'
import { findPostgresBinaries } from '../test/support/postgres-binaries.ts'

const wanted = { postgresql: findPostgresBinaries, chromium: findChromium }

/** Installs what is missing where this user may; otherwise says what to install, and returns false. */
export function installMissing() {
  const missing = missingPackages()
  if (missing.length === 0) return true
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (succeeds([...asRoot, 'apt-get', '--version'], 'ignore')) {
    console.log(`Installing ${missing.join(' and ')} with apt-get`)
    const aptGet = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q']
    succeeds([...aptGet, 'update'])
    succeeds([...aptGet, 'install', '-y', '--no-install-recommends', ...missing])
  }
  const left = missingPackages()
  if (left.length === 0) return true
  console.error(`The tests need ${left.join(' and ')}. On Debian: sudo apt-get install ${left.join(' ')}`)
  return false
}

function missingPackages() {
  return Object.entries(wanted)
    .filter(([, find]) => find() === undefined)
    .map(([name]) => name)
}

function succeeds([command, ...args], stdio = 'inherit') {
  return spawnSync(command, args, { stdio }).status === 0
}
