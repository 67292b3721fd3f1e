import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../test/support/free-port.ts'
import { serverProgram } from './paths.ts'

const timeoutMs = 20_000

/** Milliseconds from starting the program, as `npm start` does after its build, to ready: on an empty data dir, then on a used one. */
export async function measureStartUp(): Promise<{ firstMs: number; laterMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'aval-bench-'))
  try {
    const firstMs = await startOnce(folder)
    const later = [await startOnce(folder), await startOnce(folder), await startOnce(folder)]
    return { firstMs, laterMs: later.sort((a, b) => a - b)[1] ?? 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function startOnce(folder: string): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn(process.execPath, [serverProgram], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', PORT: String(port), AVAL_DATA_DIR: folder, AVAL_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it was ready`)
      if (performance.now() - startedAt > timeoutMs) throw new Error('the server did not get ready')
      await sleep(5)
    }
    return performance.now() - startedAt
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}
