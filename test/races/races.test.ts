import { beforeAll, describe } from 'vitest'
import { openDoors } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { type Asker, askInProcess } from './attacker.ts'
import { raceFactors, raceGate, raceVerify } from './races.ts'

describeStores('at once, in one process', (openStore) => {
  let asker: Asker
  beforeAll(async () => {
    const { db } = await openStore()
    asker = askInProcess(await openDoors(db, { instant: true }))
  })

  describe('a transaction', () => raceGate(() => asker))
  describe('a verification', () => raceVerify(() => asker))
  describe('a factor', () => raceFactors(() => asker))
})
