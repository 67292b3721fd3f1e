import { createWriteStream } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What a measured server says about itself. Lag and processor time are those since it was last asked. */
export interface ServerStats {
  rssMb: number
  peakRssMb: number
  lagP99Ms: number
  lagMaxMs: number
  cpuMs: number
}

/** Pipe to the load generator, beside the three standard ones. */
export const codesPipe = 3

const lagStepMs = 10

/** Makes the bearer of codes: `to code` lines go to the load generator in blocks, outside of HTTP. */
export function createCodeWriter(): (to: string, code: string) => void {
  const pipe = createWriteStream('', { fd: codesPipe })
  let lines = ''
  return (to, code) => {
    if (lines === '') {
      setImmediate(() => {
        pipe.write(lines)
        lines = ''
      })
    }
    lines += `${to} ${code}\n`
  }
}

/** Tells the starting process that requests are welcome, and answers its questions until it lets go. */
export function reportReady(port: number): void {
  const lag = monitorEventLoopDelay({ resolution: lagStepMs })
  lag.enable()
  const overStep = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - lagStepMs)
  let cpu = process.cpuUsage()
  process.on('message', () => {
    const { user, system } = process.cpuUsage(cpu)
    cpu = process.cpuUsage()
    const stats: ServerStats = {
      rssMb: process.memoryUsage().rss / 2 ** 20,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      lagP99Ms: overStep(lag.percentile(99)),
      lagMaxMs: overStep(lag.max),
      cpuMs: (user + system) / 1000,
    }
    lag.reset()
    process.send?.(stats)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}
