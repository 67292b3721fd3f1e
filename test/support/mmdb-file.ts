type Value = string | number | { [key: string]: Value }

/** What to put into an MMDB file. Networks that lie in each other come widest first. */
export interface MmdbContents {
  type: string
  networks: Record<string, Value>
  ipVersion?: 4 | 6
  recordSize?: 24 | 28 | 32
  /** Seconds since 1970. */
  built?: number
}

type Child = { node: Node } | { data: number } | undefined
type Node = [Child, Child]

/** The bytes of an MMDB file (MaxMind DB specification 2.0) with these networks. IPv4 lies at ::/96, as makers put it. */
export function mmdbFile({
  type,
  networks,
  ipVersion = 6,
  recordSize = 24,
  built = 1_780_000_000,
}: MmdbContents): Buffer {
  const root: Node = [undefined, undefined]
  const data: Buffer[] = []
  let dataSize = 0
  for (const [cidr, value] of Object.entries(networks)) {
    place(root, bitsOf(cidr, ipVersion), dataSize)
    data.push(encode(value))
    dataSize += (data.at(-1) as Buffer).length
  }
  const nodes: Node[] = []
  const numbers = new Map<Node, number>()
  for (const queue = [root]; queue.length > 0; ) {
    const node = queue.shift() as Node
    numbers.set(node, nodes.length)
    nodes.push(node)
    for (const child of node) if (child && 'node' in child) queue.push(child.node)
  }
  const numberOf = (child: Child) => {
    if (!child) return nodes.length
    return 'node' in child ? (numbers.get(child.node) as number) : nodes.length + 16 + child.data
  }
  const tree = Buffer.concat(nodes.map(([left, right]) => encodeNode(numberOf(left), numberOf(right), recordSize)))
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: built,
    database_type: type,
    ip_version: ipVersion,
    node_count: nodes.length,
    record_size: recordSize,
  })
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata])
}

function place(root: Node, bits: string, data: number): void {
  let node = root
  for (const [at, letter] of [...bits].entries()) {
    const side = letter === '1' ? 1 : 0
    if (at === bits.length - 1) {
      node[side] = { data }
      return
    }
    let child = node[side]
    if (!child || 'data' in child) {
      child = { node: [child, child] }
      node[side] = child
    }
    node = child.node
  }
}

function bitsOf(cidr: string, ipVersion: 4 | 6): string {
  const [address = '', length = ''] = cidr.split('/')
  if (address.includes('.')) {
    const bits = address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'))
    return '0'.repeat(ipVersion === 6 ? 96 : 0) + bits.join('').slice(0, Number(length))
  }
  const [head = '', tail = ''] = address.split('::')
  const heads = head.split(':').filter(Boolean)
  const tails = tail.split(':').filter(Boolean)
  const groups = [...heads, ...Array(8 - heads.length - tails.length).fill('0'), ...tails]
  return groups
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
    .slice(0, Number(length))
}

function encodeNode(left: number, right: number, recordSize: 24 | 28 | 32): Buffer {
  const bytes = Buffer.alloc(recordSize / 4)
  if (recordSize === 32) {
    bytes.writeUInt32BE(left)
    bytes.writeUInt32BE(right, 4)
    return bytes
  }
  bytes.writeUIntBE(left & 0xffffff, 0, 3)
  bytes.writeUIntBE(right & 0xffffff, recordSize === 24 ? 3 : 4, 3)
  if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24)
  return bytes
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(2, text.length), text])
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(6, 4), bytes])
  }
  const entries = Object.entries(value)
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)])])
}

function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29])
}
