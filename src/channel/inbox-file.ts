import { readFileSync } from 'node:fs'
import { appendFile, rename, writeFile } from 'node:fs/promises'

/** A file of JSON lines that is written behind the caller's back, in order. */
export interface LineFile {
  /** Queues one line; it is on its way to the file within the same turn of the event loop. */
  append(line: string): void
  /** Replaces the whole content. */
  replace(lines: readonly string[]): void
  /** Resolves when everything queued so far is written. */
  flush(): Promise<void>
}

/** The lines that the file holds now, none when there is no file. */
export function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Opens the file for writing. Codes stand in it, so only its owner may read it. */
export function openLineFile(path: string): LineFile {
  let queued: string[] = []
  let whole: readonly string[] | undefined
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    try {
      // One write for all that is sent in one turn.
      await new Promise((next) => setImmediate(next))
      while (whole || queued.length > 0) {
        const lines = queued
        const content = whole
        queued = []
        whole = undefined
        if (content) {
          await writeFile(`${path}.tmp`, joined(content), { mode: 0o600 })
          await rename(`${path}.tmp`, path)
        }
        if (lines.length > 0) await appendFile(path, joined(lines), { mode: 0o600 })
      }
    } finally {
      writing = undefined
    }
  }

  function start(): void {
    writing ??= write()
    // Whoever flushes hears of a full disk; a send must not fail for it.
    writing.catch(() => {})
  }

  return {
    append(line) {
      queued.push(line)
      start()
    },
    replace(lines) {
      whole = lines
      queued = []
      start()
    },
    async flush() {
      await writing
    },
  }
}

/** Starts with a line end of its own, so that a line that a crash cut short does not spoil the next. */
function joined(lines: readonly string[]): string {
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}
