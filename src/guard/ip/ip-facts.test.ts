import { copyFile, mkdtemp, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, property, uint8Array } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spellingsOf, textOf } from '../../../test/support/ip-spellings.ts'
import { type MmdbContents, mmdbFile } from '../../../test/support/mmdb-file.ts'
import { type IpFiles, type IpLookup, openIpFacts } from './ip-facts.ts'
import type { IpFileFault } from './ip-file-fault.ts'

let folder: string
let opened: IpLookup[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aval-ip-'))
})
afterEach(async () => {
  for (const facts of opened) facts.close()
  opened = []
  await rm(folder, { recursive: true })
})

const geoLite2Country: MmdbContents = {
  type: 'GeoLite2-Country',
  networks: {
    '8.0.0.0/8': { country: { iso_code: 'US', geoname_id: 6252001 }, registered_country: { iso_code: 'GB' } },
    '8.8.8.0/24': { country: { iso_code: 'BR' } },
    '2804:14c::/32': { country: { iso_code: 'BR' } },
    '10.0.0.0/8': { country: { iso_code: 'US' } },
    '203.0.113.0/24': { country: { iso_code: 'US' } },
    '9.9.9.0/24': { registered_country: { iso_code: 'GB' } },
  },
}
const geoLite2Asn: MmdbContents = {
  type: 'GeoLite2-ASN',
  networks: {
    '8.8.8.0/24': { autonomous_system_number: 15169, autonomous_system_organization: 'Google LLC' },
    '2804:14c::/32': { autonomous_system_number: 28573 },
  },
}

async function file(name: string, contents: MmdbContents | Buffer | string): Promise<string> {
  const path = join(folder, name)
  const bytes = typeof contents === 'string' || Buffer.isBuffer(contents) ? contents : mmdbFile(contents)
  await writeFile(path, bytes)
  return path
}

async function open(files: IpFiles): Promise<IpLookup> {
  const facts = await openIpFacts({ watchMs: 0, ...files })
  opened.push(facts)
  return facts
}

it('tells country, system and organisation from GeoLite2 files', async () => {
  const facts = await open({
    countryFile: await file('c.mmdb', geoLite2Country),
    asnFile: await file('a.mmdb', geoLite2Asn),
  })
  expect(facts.lookup('8.8.8.8')).toEqual({ country: 'BR', asn: 15169, network: 'Google LLC' })
  expect(facts.lookup('8.9.0.1')).toEqual({ country: 'US' })
  expect(facts.lookup('2804:14c::1')).toEqual({ country: 'BR', asn: 28573 })
  expect(facts.lookup('9.9.9.9')).toEqual({})
  expect(facts.lookup('7.7.7.7')).toEqual({})
  expect(facts.sources).toEqual([
    { setting: 'AVAL_IP_COUNTRY_FILE', name: 'GeoLite2-Country', built: '2026-05-28' },
    { setting: 'AVAL_IP_ASN_FILE', name: 'GeoLite2-ASN', built: '2026-05-28' },
  ])
})

it('reads the shapes of other makers', async () => {
  const flat = await file('flat.mmdb', { type: 'country ipvAll', networks: { '8.8.8.0/24': { country_code: 'US' } } })
  const both = await file('lite.mmdb', {
    type: 'ipinfo generic',
    networks: { '8.8.8.0/24': { asn: 'AS15169', as_name: 'Google LLC', country: 'United States', country_code: 'US' } },
  })
  expect((await open({ countryFile: flat })).lookup('8.8.8.8')).toEqual({ country: 'US' })
  expect((await open({ countryFile: both, asnFile: both })).lookup('8.8.8.8')).toEqual({
    country: 'US',
    asn: 15169,
    network: 'Google LLC',
  })
})

it.each([24, 28, 32] as const)('reads records of %i bits, in trees of IPv4 and of IPv6', async (recordSize) => {
  for (const ipVersion of [4, 6] as const) {
    const networks = { '8.8.8.0/24': { country_code: 'US' }, '200.147.0.0/16': { country_code: 'BR' } }
    const facts = await open({
      countryFile: await file(`${recordSize}-${ipVersion}.mmdb`, { type: 'x', networks, recordSize, ipVersion }),
    })
    expect(facts.lookup('8.8.8.8')).toEqual({ country: 'US' })
    expect(facts.lookup('200.147.3.157')).toEqual({ country: 'BR' })
  }
})

it('does not take an IPv6 address for the IPv4 one it begins with', async () => {
  const networks = { '40.0.0.0/6': { country_code: 'US' } }
  const facts = await open({ countryFile: await file('4.mmdb', { type: 'x', networks, ipVersion: 4 }) })
  expect(facts.lookup('40.4.1.76')).toEqual({ country: 'US' })
  expect(facts.lookup('2804:14c::1')).toEqual({})
})

it.each([
  '10.0.0.1',
  '203.0.113.5',
  '::ffff:10.0.0.1',
  '127.0.0.1',
  '::1',
  '::',
  '0.0.0.0',
  '100.64.0.1',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  'fe80::1%eth0',
  'fd00::1',
  '2001:db8::1',
  '64:ff9b::808:808',
  '2002:808:808::1',
  '010.8.8.8',
  '8.8.8.8:443',
  'unknown',
  '',
])('tells nothing of %j, whatever the file says', async (ip) => {
  const everywhere = { '0.0.0.0/1': { country_code: 'US' }, '128.0.0.0/1': { country_code: 'US' } }
  const networks = { ...everywhere, '2000::/3': { country_code: 'US' }, 'f000::/4': { country_code: 'US' } }
  const facts = await open({ countryFile: await file('all.mmdb', { type: 'x', networks }) })
  expect(facts.lookup('8.8.8.8')).toEqual({ country: 'US' })
  expect(facts.lookup(ip)).toEqual({})
})

it('tells the same of every spelling of one address', async () => {
  const facts = await open({ asnFile: await file('a.mmdb', geoLite2Asn) })
  assert(
    property(uint8Array({ minLength: 4, maxLength: 4 }), uint8Array({ minLength: 16, maxLength: 16 }), (v4, v6) => {
      for (const bytes of [v4, v6]) {
        const told = facts.lookup(textOf(bytes))
        for (const spelling of spellingsOf(bytes)) expect(facts.lookup(spelling), spelling).toEqual(told)
      }
    }),
  )
  for (const spelling of spellingsOf(Uint8Array.of(8, 8, 8, 8))) expect(facts.lookup(spelling).asn).toBe(15169)
})

describe('the set of countries that comes along', () => {
  it('knows Brazil, in IPv4 and IPv6', async () => {
    const facts = await open({})
    expect(facts.lookup('200.147.3.157')).toEqual({ country: 'BR' })
    expect(facts.lookup('2804:14c::1')).toEqual({ country: 'BR' })
    expect(facts.sources).toEqual([
      { setting: 'AVAL_IP_COUNTRY_FILE', name: expect.any(String), built: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) },
    ])
  })

  it('can be left out', async () => {
    const facts = await open({ countryFile: false })
    expect(facts.lookup('200.147.3.157')).toEqual({})
    expect(facts.sources).toEqual([])
  })
})

describe('a file that cannot be used stops the start and names the setting', () => {
  const faultOf = async (files: IpFiles) => {
    const outcome = await open(files).then(
      () => 'opened',
      (fault: IpFileFault) => fault,
    )
    expect(outcome).toMatchObject({ name: 'IpFileFault' })
    return outcome as IpFileFault
  }

  it('missing', async () => {
    const path = join(folder, 'none.mmdb')
    const fault = await faultOf({ asnFile: path })
    expect(fault).toMatchObject({ setting: 'AVAL_IP_ASN_FILE', path })
    expect(fault.message).toBe('AVAL_IP_ASN_FILE names a file that cannot be read')
    expect((await faultOf({ countryFile: folder })).message).toMatch(/^AVAL_IP_COUNTRY_FILE names a file that cannot/)
  })

  it('no MMDB, or only a piece of one', async () => {
    const whole = mmdbFile(geoLite2Country)
    const pieces = ['', 'ip,country\n', Buffer.alloc(300_000), whole.subarray(0, whole.length - 200)]
    for (const piece of pieces)
      expect((await faultOf({ countryFile: await file('x', piece) })).message).toMatch(/no whole MMDB database$/)
    const headless = whole.subarray(whole.length >> 1)
    expect((await faultOf({ countryFile: await file('x', headless) })).message).toMatch(/is broken$/)
    const endless = whole.subarray(0, whole.length - 20)
    expect((await faultOf({ countryFile: await file('x', endless) })).message).toMatch(/is broken$/)
  })

  it('about something else', async () => {
    const country = await file('c.mmdb', geoLite2Country)
    const asn = await file('a.mmdb', geoLite2Asn)
    expect((await faultOf({ countryFile: asn })).message).toMatch(/of something else than countries$/)
    expect((await faultOf({ countryFile: country, asnFile: country })).message).toMatch(
      /^AVAL_IP_ASN_FILE .* something else than autonomous systems$/,
    )
  })
})

describe('a file that changes on disk', () => {
  const other: MmdbContents = { ...geoLite2Country, networks: { '8.8.8.0/24': { country: { iso_code: 'PT' } } } }

  it('is read again, also when another is put in its place', async () => {
    const path = await file('c.mmdb', geoLite2Country)
    const facts = await open({ countryFile: path, watchMs: 20 })
    await rename(await file('new.mmdb', other), path)
    await expect.poll(() => facts.lookup('8.8.8.8')).toEqual({ country: 'PT' })
  })

  it('is read again when asked', async () => {
    const path = await file('c.mmdb', geoLite2Country)
    const facts = await open({ countryFile: path })
    await rename(await file('new.mmdb', { ...other, built: 1_790_000_000 }), path)
    expect(facts.lookup('8.8.8.8')).toEqual({ country: 'BR' })
    await facts.reload()
    expect(facts.lookup('8.8.8.8')).toEqual({ country: 'PT' })
    expect(facts.sources[0]?.built).toBe('2026-09-21')
  })

  it('leaves what was known in use when it has become unusable, and says so', async () => {
    const faults: IpFileFault[] = []
    const path = await file('c.mmdb', geoLite2Country)
    const facts = await open({ countryFile: path, onFault: (fault) => faults.push(fault) })
    await truncate(path, (await stat(path)).size >> 1)
    await facts.reload()
    await rm(path)
    await facts.reload()
    expect(facts.lookup('8.8.8.8')).toEqual({ country: 'BR' })
    expect(faults.map(({ message }) => message)).toEqual([
      'AVAL_IP_COUNTRY_FILE names a file that is no whole MMDB database',
      'AVAL_IP_COUNTRY_FILE cannot be read any more',
    ])
    await copyFile(await file('new.mmdb', other), path)
    await utimes(path, 1, 1)
    await facts.reload()
    expect(facts.lookup('8.8.8.8')).toEqual({ country: 'PT' })
  })
})

it('tells nothing where a record is broken, and says so once', async () => {
  const bytes = mmdbFile({
    type: 'x',
    networks: { '8.0.0.0/8': { country_code: 'US' }, '9.0.0.0/8': { country_code: 'MAIMED' } },
  })
  // The string is now of a type that there is none of.
  bytes[bytes.indexOf('MAIMED') - 1] = 1
  const faults: IpFileFault[] = []
  const facts = await open({ countryFile: await file('x', bytes), onFault: (fault) => faults.push(fault) })
  expect(facts.lookup('8.8.8.8')).toEqual({ country: 'US' })
  expect([facts.lookup('9.9.9.9'), facts.lookup('9.9.9.8')]).toEqual([{}, {}])
  expect(faults.map(({ message }) => message)).toEqual(['AVAL_IP_COUNTRY_FILE has records that cannot be read'])
})
