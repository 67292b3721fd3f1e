import { SourceFault } from './source.ts'

/** What `work` comes to, or a SourceFault `timeout` as soon as `signal` says so. The work itself goes on for others who wait for it. */
export function orTimeout<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new SourceFault('timeout'))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
