import { type Stats, unwatchFile, watchFile } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Reader, type Response } from 'maxmind'
import type { Ip } from '../../lib/ip.ts'
import { IpFileFault } from './ip-file-fault.ts'

/** What is known of whoever has an address. Members that no file tells are left out. */
export interface IpFacts {
  /** ISO 3166 code of the country that the network is registered in or used from. */
  country?: string
  /** The autonomous system that announces it. */
  asn?: number
  /** The organisation's name, where the file has it. */
  network?: string
}

/** A file that facts come from. */
export interface IpSource {
  setting: string
  /** The file's own name for what it is, such as GeoLite2-ASN. */
  name: string
  /** The day it was made, as YYYY-MM-DD. */
  built: string
}

/** What a file is wanted for. */
export type MmdbKind = 'country' | 'asn'

/** A file in use, which is read again when it changes. */
export interface WatchedMmdb {
  readonly source: IpSource
  factsOf(ip: Ip): IpFacts
  reload(): Promise<void>
  close(): void
}

interface MmdbFile {
  kind: MmdbKind
  setting: string
  path: string
  onFault: (fault: IpFileFault) => void
  watchMs: number
}

/** Opens a file and watches it; throws IpFileFault when it cannot be used. Later faults go to `onFault`, and the old contents stay. */
export async function openMmdb(file: MmdbFile): Promise<WatchedMmdb> {
  let current = await load(file)
  let tainted = false
  const report = (fault: unknown) => file.onFault(fault as IpFileFault)
  const reload = async () => {
    try {
      if (markOf(await stat(file.path)) === current.mark) return
      current = await load(file)
      tainted = false
    } catch (fault) {
      report(fault instanceof IpFileFault ? fault : faultOf(file, 'cannot be read any more', fault))
    }
  }
  const onChange = () => void reload()
  // Asked by path, so that it sees a file put in another's place, which is how geoipupdate writes.
  if (file.watchMs > 0) watchFile(file.path, { interval: file.watchMs, persistent: false }, onChange)
  return {
    get source() {
      return current.source
    },
    factsOf(ip) {
      try {
        return factsIn(file.kind, recordOf(current.reader, ip))
      } catch (cause) {
        if (!tainted) report(faultOf(file, 'has records that cannot be read', cause))
        tainted = true
        return {}
      }
    },
    reload,
    close() {
      unwatchFile(file.path, onChange)
    },
  }
}

interface Loaded {
  reader: Reader<Response>
  source: IpSource
  mark: string
}

// Where a file ends, there is this mark and at most 128 KiB of metadata (MaxMind DB specification 2.0).
const metadataMark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const metadataMax = 128 * 1024

async function load(file: MmdbFile): Promise<Loaded> {
  let before: Stats
  let bytes: Buffer
  try {
    before = await stat(file.path)
    bytes = await readFile(file.path)
  } catch (cause) {
    throw faultOf(file, 'names a file that cannot be read', cause)
  }
  if (bytes.lastIndexOf(metadataMark) < Math.max(0, bytes.length - metadataMax))
    throw faultOf(file, 'names a file that is no whole MMDB database')
  try {
    return { ...read(file, bytes), mark: markOf(before) }
  } catch (cause) {
    if (cause instanceof IpFileFault) throw cause
    throw faultOf(file, 'names an MMDB database that is broken', cause)
  }
}

function read(file: MmdbFile, bytes: Buffer): Pick<Loaded, 'reader' | 'source'> {
  const reader = new Reader<Response>(bytes)
  const { binaryFormatMajorVersion, searchTreeSize, nodeCount, ipVersion, databaseType, buildEpoch } = reader.metadata
  const isWhole =
    binaryFormatMajorVersion === 2 && (ipVersion === 4 || ipVersion === 6) && typeof databaseType === 'string'
  if (!isWhole || !(nodeCount > 0 && searchTreeSize + 16 < bytes.length))
    throw faultOf(file, 'names an MMDB database that is broken')
  if (!isAbout(file.kind, reader, bytes))
    throw faultOf(file, `names an MMDB database of something else than ${topics[file.kind]}`)
  return { reader, source: { setting: file.setting, name: databaseType, built: buildEpoch.toISOString().slice(0, 10) } }
}

const topics = { country: 'countries', asn: 'autonomous systems' } as const satisfies Record<MmdbKind, string>

/** Whether any of the first networks in the file has what it is wanted for: its contents are asked, for names differ by maker. */
function isAbout(kind: MmdbKind, reader: Reader<Response>, bytes: Buffer): boolean {
  let looked = 0
  for (const ip of networksIn(reader.metadata, bytes)) {
    if (Object.keys(factsIn(kind, reader.get(ip))).length > 0) return true
    looked += 1
    if (looked === 1_000) return false
  }
  return false
}

/** The first addresses of networks that have a record, in order, without visiting a node twice. */
function* networksIn({ nodeCount, recordSize, ipVersion }: Reader<Response>['metadata'], bytes: Buffer) {
  const width = ipVersion === 4 ? 32 : 128
  const seen = new Set<number>()
  const stack: [node: number, prefix: bigint, depth: number][] = [[0, 0n, 0]]
  for (let entry = stack.pop(); entry && seen.size < 100_000; entry = stack.pop()) {
    const [node, prefix, depth] = entry
    if (node > nodeCount) yield addressOf(prefix << BigInt(width - depth), width)
    if (node >= nodeCount || depth === width || seen.has(node)) continue
    seen.add(node)
    stack.push([childOf(bytes, recordSize, node, 1), (prefix << 1n) | 1n, depth + 1])
    stack.push([childOf(bytes, recordSize, node, 0), prefix << 1n, depth + 1])
  }
}

function childOf(bytes: Buffer, recordSize: number, node: number, side: 0 | 1): number {
  const at = node * (recordSize / 4)
  if (recordSize === 24) return bytes.readUIntBE(at + side * 3, 3)
  if (recordSize === 32) return bytes.readUInt32BE(at + side * 4)
  const middle = bytes[at + 3] as number
  return side === 0
    ? ((middle & 0xf0) << 20) | bytes.readUIntBE(at, 3)
    : ((middle & 0x0f) << 24) | bytes.readUIntBE(at + 4, 3)
}

function addressOf(value: bigint, width: number): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) as string[]
  return groups.join(':')
}

function recordOf(reader: Reader<Response>, ip: Ip): unknown {
  // The reader would walk a tree of IPv4 by the first bits of an IPv6 address and find somebody else.
  if (reader.metadata.ipVersion === 4 && ip.kind() === 'ipv6') return undefined
  return reader.get(ip.toString())
}

/** Makers name the same things differently: MaxMind and DB-IP, ip-location-db, IPinfo. */
function factsIn(kind: MmdbKind, record: unknown): IpFacts {
  if (!isObject(record)) return {}
  if (kind === 'country') {
    const inner = isObject(record.country) ? record.country.iso_code : undefined
    const country = inner ?? record.country_code
    return typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? { country } : {}
  }
  const asn = record.autonomous_system_number ?? asnOf(record.asn)
  if (typeof asn !== 'number' || !Number.isInteger(asn) || asn < 1 || asn > 0xffffffff) return {}
  const network = record.autonomous_system_organization ?? record.as_name
  return typeof network === 'string' && network !== '' ? { asn, network } : { asn }
}

function asnOf(text: unknown): number | undefined {
  return typeof text === 'string' && /^AS\d{1,10}$/.test(text) ? Number(text.slice(2)) : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function markOf({ mtimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${size} ${ino}`
}

function faultOf({ setting, path }: MmdbFile, wrong: string, cause?: unknown): IpFileFault {
  return new IpFileFault(setting, wrong, path, cause)
}
