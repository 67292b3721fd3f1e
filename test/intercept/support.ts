import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'

/** The built command line tool. */
export const cliProgram = new URL('../../dist/cli.js', import.meta.url).pathname

/** For what another process is to do, on a busy machine. */
export const patience = { timeout: 30_000 }

/** A process, and what it has printed. */
export interface Cli {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Exit code or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>
}

/** What ran is stopped, and what was made is removed, by `tidy`. */
export function createBench() {
  const running: ChildProcess[] = []
  const folders: string[] = []

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'aval-intercept-'))
    folders.push(made)
    return made
  }

  function cli(args: string[], env: Record<string, string> = {}): Cli {
    return run(process.execPath, [cliProgram, ...args], env)
  }

  function run(command: string, args: string[], env: Record<string, string> = {}): Cli {
    const child = spawn(command, args, {
      // No secrets.toml of the developer's lies here.
      cwd: folder(),
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
      child.once('close', (code, signal) => resolve(code ?? signal)),
    )
    return { child, stdout: () => stdout, stderr: () => stderr, ended }
  }

  /** Starts `aval intercept --json`, and waits for its line. */
  async function intercept(
    env: Record<string, string>,
    ...more: string[]
  ): Promise<Cli & { proxy: string; ca: string }> {
    const started = cli(['intercept', '--json', ...more], env)
    await new Promise<void>((resolve, reject) => {
      started.child.stdout?.on('data', () => started.stdout().endsWith('\n') && resolve())
      started.ended.then((how) => reject(new Error(`the interceptor ended (${how})\n${started.stderr()}`)))
    })
    return { ...started, ...JSON.parse(started.stdout()) }
  }

  return {
    cli,
    run,
    intercept,
    folder,
    tidy(): void {
      for (const child of running.splice(0)) child.kill('SIGKILL')
      for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
    },
  }
}

/** Sends `text` to the proxy, and gives all that came back until it closed, or until `enough` says so. */
export function speak(
  port: number,
  text: string | Buffer,
  enough: (said: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    collect(socket, enough).then(resolve, reject)
  })
}

/** All that a socket says until it closes, or until `enough`. A reset counts as a close. */
export function collect(socket: Socket, enough: (said: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    socket.setEncoding('latin1').on('data', (part: string) => {
      said += part
      if (enough(said)) {
        socket.destroy()
        resolve(said)
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(said))
  })
}

/** Opens a tunnel to `host`, without TLS as yet. */
export async function openTunnel(port: number, host = 'verify.twilio.com'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`)
  const answer = await new Promise<string>((resolve) => socket.once('data', (part) => resolve(part.toString())))
  if (answer !== 'HTTP/1.1 200 Connection established\r\n\r\n') throw new Error(`the tunnel was refused: ${answer}`)
  return socket
}

/** Opens a tunnel and TLS in it, trusting `ca` alone. Rejects when the certificate does not stand, or the hello is refused. */
export async function openTls(
  port: number,
  ca: string,
  { host = 'verify.twilio.com', servername = host }: { host?: string; servername?: string } = {},
): Promise<TLSSocket> {
  const socket = await openTunnel(port, host)
  return new Promise((resolve, reject) => {
    const tls = connectTls({ socket, ca, servername, ALPNProtocols: ['http/1.1'] }, () => resolve(tls))
    tls.on('error', reject)
    tls.on('close', () => reject(new Error('closed during the handshake')))
  })
}
