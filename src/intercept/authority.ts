import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { certifies, certifyAuthority, dayMs, keyPem, newKey } from './certificates.ts'

// Longer than a leaf lives, so that no leaf outlives its authority.
const renewalDays = 60

/** This machine's own certificate authority: its key, and the file with the certificate that programs are to trust. */
export interface Authority {
  key: KeyObject
  certificateFile: string
}

/** The key of the authority is not there or cannot be read. The message says how to go on. */
export class BrokenAuthority extends Error {
  constructor(file: string, folder: string, cause: unknown) {
    super(`${file} is missing or damaged: delete ${folder}, and the next start makes a new authority`, { cause })
    this.name = 'BrokenAuthority'
  }
}

/**
 * The authority in `<dataDir>/intercept`, made there at first use (a folder and files that only this user can read); of several first
 * starts at once all get the same. A certificate near its end is renewed on the same key, so that programs which trust the one before
 * go on. Throws BrokenAuthority, rather than putting another authority in its place unasked.
 */
export async function openAuthority({ dataDir, clock }: { dataDir: string; clock: Clock }): Promise<Authority> {
  const folder = join(dataDir, 'intercept')
  const keyFile = join(folder, 'ca-key.pem')
  const certificateFile = join(folder, 'ca.pem')
  if (!existsSync(keyFile)) await establish(dataDir, folder, clock)
  const key = readKey(keyFile, folder)
  const known = existsSync(certificateFile) ? readFileSync(certificateFile, 'utf8') : ''
  if (!certifies(known, key, clock.now(), renewalDays * dayMs)) {
    const draft = `${certificateFile}.${randomUUID()}`
    write(draft, await certifyAuthority(key, clock.now()))
    renameSync(draft, certificateFile)
  }
  return { key, certificateFile }
}

/** Makes key and certificate in a folder aside, and moves it into place whole: whoever moves first has made the authority. */
async function establish(dataDir: string, folder: string, clock: Clock): Promise<void> {
  const draft = mkdtempSync(join(dataDir, 'intercept-'))
  const key = newKey()
  write(join(draft, 'ca-key.pem'), keyPem(key))
  write(join(draft, 'ca.pem'), await certifyAuthority(key, clock.now()))
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true })
    if (!existsSync(folder)) throw error
  }
}

function readKey(file: string, folder: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(file, 'utf8'))
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('is not on P-256')
    return key
  } catch (cause) {
    throw new BrokenAuthority(file, folder, cause)
  }
}

function write(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600)
  writeSync(handle, text)
  fsyncSync(handle)
  closeSync(handle)
}
