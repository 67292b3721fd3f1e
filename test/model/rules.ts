/**
 * What a transaction may do, said once more and independently of the program: plain data, a clock that is a number, and one
 * function that answers what an operation must be told and how the world is afterwards.
 */
export interface Tx {
  id: string
  subject: string
  phone: string
  status: string
  version: number
  sends: number
  checks: number
  sentAt: number
  expiresAt: number
  /** The newest code of this version; its value is learnt from the message that carried it. */
  code: { value: string | undefined; expiresAt: number } | undefined
  /** Codes of earlier versions and earlier times. */
  oldCodes: string[]
  enrolls: boolean
  payload: number
  releaseId: string | undefined
  leaseUntil: number
  events: string[]
}

/** An answer that was stored for an idempotency key. */
export interface Kept {
  until: number
  text: string
  tx: number
}

export interface World {
  now: number
  txs: Tx[]
  contacts: Record<string, string>
  kept: Record<string, Kept>
  payloads: number
}

export type Op =
  | { do: 'create'; subject: string; phone: string; send: boolean; expiresInS: number; twice: boolean }
  | { do: 'challenge' | 'patch' | 'deny' | 'cancel' | 'release' | 'read'; tx: number }
  | { do: 'check'; tx: number; code: string }
  | { do: 'ack'; tx: number; releaseId: string }

/** The status of the answer and, where it is a refusal, its code. */
export interface Told {
  status: number
  code?: string
}

const waitsMs = [30_000, 40_000, 60_000, 90_000]

/** Applies one operation to the world and says what must be answered. */
export function apply(world: World, op: Op): Told {
  if (op.do === 'create') return create(world, op)
  const tx = world.txs[op.tx]
  if (!tx) throw new Error('the model has no such transaction')
  settle(world, tx)
  switch (op.do) {
    case 'read':
      return { status: 200 }
    case 'challenge':
      return challenge(world, tx)
    case 'check':
      return check(world, tx, op.code)
    case 'patch':
      if (tx.status !== 'pending') return refused(tx)
      tx.version++
      tx.payload = ++world.payloads
      forget(tx)
      return move(tx, 'pending', 'changed')
    case 'deny':
      return end(tx, 'denied')
    case 'cancel':
      return end(tx, 'canceled')
    case 'release':
      return release(world, tx)
    case 'ack':
      return acknowledge(world, tx, op.releaseId)
  }
}

/** Ends a pending transaction whose time is over. */
export function settle(world: World, tx: Tx): void {
  if (tx.status === 'pending' && tx.expiresAt <= world.now) move(tx, 'expired', 'expired')
}

/** Whether a code that was sent is still worth something. */
export function liveCode(world: World, tx: Tx): string | undefined {
  const alive = tx.status === 'pending' && tx.expiresAt > world.now && tx.code && tx.code.expiresAt > world.now
  return alive ? tx.code?.value : undefined
}

/** What every answer about a transaction has to show. */
export function view(world: World, tx: Tx) {
  const pending = tx.status === 'pending'
  const live = pending && tx.code !== undefined && tx.code.expiresAt > world.now
  const waits = ['approved', 'releasing', 'released'].includes(tx.status)
  const open = live ? 'enter_code' : tx.sends < 5 ? 'choose_factor' : 'contact_support'
  return {
    id: tx.id,
    status: tx.status,
    version: tx.version,
    next_action: {
      type: pending ? open : waits ? 'wait' : 'contact_support',
      sends_left: pending ? 5 - tx.sends : 0,
      checks_left: pending ? 5 - tx.checks : 0,
    },
  }
}

function create(world: World, { subject, phone, send, expiresInS }: Op & { do: 'create' }): Told {
  const contact = world.contacts[subject]
  if (contact !== undefined && contact !== phone) return { status: 422, code: 'contact_mismatch' }
  const tx: Tx = {
    id: '',
    subject,
    phone,
    status: 'pending',
    version: 1,
    sends: 0,
    checks: 0,
    sentAt: 0,
    expiresAt: world.now + expiresInS * 1000,
    code: undefined,
    oldCodes: [],
    enrolls: contact === undefined,
    payload: ++world.payloads,
    releaseId: undefined,
    leaseUntil: 0,
    events: ['transaction.created'],
  }
  world.txs.push(tx)
  if (send) challenge(world, tx)
  return { status: 201 }
}

function challenge(world: World, tx: Tx): Told {
  if (tx.status !== 'pending') return refused(tx)
  if (tx.sends >= 5) return { status: 429, code: 'too_many_sends' }
  const wait = tx.sends === 0 ? 0 : (waitsMs[tx.sends - 1] ?? 0)
  if (tx.sends > 0 && tx.sentAt + wait > world.now) return { status: 429, code: 'resend_too_soon' }
  tx.sends++
  tx.sentAt = world.now
  if (!tx.code || tx.code.expiresAt <= world.now) {
    forget(tx)
    tx.code = { value: undefined, expiresAt: Math.min(world.now + 600_000, tx.expiresAt) }
  }
  return move(tx, 'pending', 'challenged')
}

function check(world: World, tx: Tx, code: string): Told {
  if (tx.status !== 'pending') return refused(tx)
  if (!tx.code) return { status: 409, code: 'no_open_challenge' }
  if (tx.code.expiresAt <= world.now) return { status: 409, code: 'code_expired' }
  tx.checks++
  if (code !== tx.code.value) return tx.checks === 5 ? move(tx, 'locked', 'locked') : move(tx, 'pending', 'checked')
  move(tx, 'approved', 'approved')
  if (tx.enrolls) {
    world.contacts[tx.subject] ??= tx.phone
    for (const other of world.txs) {
      const rival = other.subject === tx.subject && other.status === 'pending' && other.enrolls
      if (rival && other.phone !== tx.phone) move(other, 'superseded', 'canceled')
    }
  }
  return { status: 200 }
}

function end(tx: Tx, status: 'denied' | 'canceled'): Told {
  if (tx.status === status) return { status: 200 }
  return tx.status === 'pending' ? move(tx, status, status) : refused(tx)
}

function release(world: World, tx: Tx): Told {
  if (tx.status === 'pending') return { status: 409, code: 'transaction_not_approved' }
  if (tx.status !== 'approved' && tx.status !== 'releasing') return refused(tx)
  if (tx.status === 'releasing' && tx.leaseUntil > world.now) return { status: 409, code: 'release_in_progress' }
  tx.leaseUntil = world.now + 60_000
  return move(tx, 'releasing', 'releasing')
}

function acknowledge(world: World, tx: Tx, releaseId: string): Told {
  if (tx.status !== 'releasing' && tx.status !== 'released') return refused(tx)
  if (releaseId !== tx.releaseId) return { status: 409, code: 'release_mismatch' }
  if (tx.status === 'releasing') {
    move(tx, 'released', 'released')
    const index = world.txs.indexOf(tx)
    for (const kept of Object.values(world.kept)) if (kept.tx === index) kept.text = ''
  }
  return { status: 200 }
}

function move(tx: Tx, status: string, event: string): Told {
  tx.status = status
  tx.events.push(`transaction.${event}`)
  return { status: 200 }
}

function forget(tx: Tx): void {
  if (tx.code?.value !== undefined) tx.oldCodes.push(tx.code.value)
  tx.code = undefined
}

function refused(tx: Tx): Told {
  return { status: 409, code: `transaction_${tx.status}` }
}
