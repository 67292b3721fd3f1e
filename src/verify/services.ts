import type { Clock, Instant } from '../lib/clock.ts'
import { newSid } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import { all, type Db } from '../store/db.ts'
import {
  deleteService,
  findService,
  holdService,
  insertService,
  listServices,
  updateService,
} from '../store/services.ts'
import { type Service, type ServiceSettings, serviceOf } from './service.ts'

export interface ServiceChange {
  friendlyName?: string | undefined
  settings: Partial<ServiceSettings>
}

/** The services of one account, read through a cache that is a second old at most. Another account's service is undefined. */
export interface Services {
  find(accountSid: string, sid: string): Promise<Service | undefined>
  create(accountSid: string, friendlyName: string, settings: Partial<ServiceSettings>, sid?: string): Promise<Service>
  /** `changeOf` says, of the service as it is at that moment, what changes; what it throws goes on. Undefined when the service is gone. */
  update(service: Service, changeOf: (now: Service) => ServiceChange): Promise<Service | undefined>
  remove(service: Service): Promise<boolean>
  /** Reads the service anew next time: something that belongs to it changed. */
  forget(sid: string): void
  list(accountSid: string, offset: number, limit: number): Promise<Service[]>
}

const freshMs = 1000

/** Reads and changes services of this store; two of them on one store may differ for a second. */
export function createServices({ db, clock, random }: { db: Db; clock: Clock; random: Random }): Services {
  const cache = new Map<string, { service: Service; readAt: Instant }>()
  /** Counts what was changed here: what was read before a change must not be kept after it. */
  let changes = 0

  async function find(accountSid: string, sid: string): Promise<Service | undefined> {
    const known = cache.get(sid)
    if (known && known.service.accountSid === accountSid && clock.now() - known.readAt < freshMs) return known.service
    const before = changes
    const [row] = await db.read(findService(accountSid, sid))
    cache.delete(sid)
    if (!row) return undefined
    const service = serviceOf(row)
    if (before === changes) cache.set(sid, { service, readAt: clock.now() })
    return service
  }

  function forget(sid: string): void {
    changes += 1
    cache.delete(sid)
  }

  return {
    find,
    forget,
    async create(accountSid, friendlyName, settings, sid = newSid('VA', clock.now(), random)) {
      const at = clock.now()
      const row = {
        sid,
        account_sid: accountSid,
        friendly_name: friendlyName,
        settings: JSON.stringify(settings),
        created_at: at,
        updated_at: at,
      }
      await db.write(insertService(row))
      return serviceOf({ ...row, notifies: 0 })
    },
    async update({ accountSid, sid, notifies }, changeOf) {
      const updated = await db.unit(function* () {
        const [held] = yield* all(holdService(accountSid, sid))
        if (!held) return undefined
        const now = serviceOf({ ...held, notifies: Number(notifies) })
        const { friendlyName, settings } = changeOf(now)
        const row = {
          ...held,
          friendly_name: friendlyName ?? now.friendlyName,
          settings: JSON.stringify({ ...now.settings, ...settings }),
          updated_at: clock.now(),
        }
        yield* all(updateService(row))
        return serviceOf({ ...row, notifies: Number(notifies) })
      })
      forget(sid)
      return updated
    },
    async remove(service) {
      const removed = await db.write(deleteService(service.accountSid, service.sid))
      forget(service.sid)
      return removed.length > 0
    },
    async list(accountSid, offset, limit) {
      return (await db.read(listServices(accountSid, offset, limit))).map(serviceOf)
    },
  }
}
