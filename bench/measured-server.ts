import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { thisProgram } from './paths.ts'
import { codesPipe, type ServerStats } from './serve.ts'

/** A server in a process of its own, and the codes that it sends. */
export interface MeasuredServer {
  port: number
  /** The newest code for this address, once it has been sent. Each is given once. */
  code(to: string): Promise<string>
  stats(): Promise<ServerStats>
  stop(): Promise<void>
}

const codeTimeoutMs = 10_000

/** Starts this very program in another role, and waits until it listens. */
export async function startRole(role: string, env: Record<string, string>): Promise<MeasuredServer> {
  const child = spawnRole(role, env)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  const codes = new Map<string, string>()
  const waiting = new Map<string, (code: string) => void>()
  createInterface({ input: child.stdio[codesPipe] as Readable }).on('line', (line) => {
    const [to = '', code = ''] = line.split(' ')
    const resolve = waiting.get(to)
    if (!resolve) {
      codes.set(to, code)
      return
    }
    waiting.delete(to)
    resolve(code)
  })

  function nextCode(to: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the ${role} server sent no code to ${to}`)), codeTimeoutMs)
      waiting.set(to, (code) => {
        clearTimeout(late)
        resolve(code)
      })
    })
  }

  const { port } = await nextMessage<{ port: number }>(child)
  return {
    port,
    code(to) {
      const known = codes.get(to)
      if (known === undefined) return nextCode(to)
      codes.delete(to)
      return Promise.resolve(known)
    },
    stats() {
      const told = nextMessage<ServerStats>(child)
      child.send('stats')
      return told
    },
    async stop() {
      child.disconnect()
      await ended
    },
  }
}

/** Runs this very program in another role to its end, and gives what it says. */
export async function startRoleOnce<T>(role: string, env: Record<string, string>): Promise<T> {
  return nextMessage<T>(spawnRole(role, env))
}

function spawnRole(role: string, env: Record<string, string>): ChildProcess {
  // What node was told, --cpu-prof for one, holds for the servers too.
  return spawn(process.execPath, [...process.execArgv, thisProgram, role], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'ipc'],
  })
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a server of the bench ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}
