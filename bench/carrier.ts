import type { Carrier } from '../src/index.ts'

/** A carrier that hands every code to the measuring side at once. */
export function carrierFor(take: (to: string, code: string) => void): Carrier {
  return {
    name: 'bench',
    isInstant: () => true,
    async send({ to, code }) {
      take(to, code)
      return { carrierId: null, status: 'delivered' }
    },
  }
}
