import { CompactEncrypt } from 'jose'
import { newSid } from '../../lib/ids.ts'
import { type AccessTokenRow, findAccessToken, insertAccessToken } from '../../store/access-tokens.ts'
import type { Tenant } from '../../store/tenant.ts'
import type { VerifyDeps } from '../deps.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock' | 'random' | 'keys'>

/** A ticket as it was given out: what it is for, and the token in JWE compact form. */
export interface AccessToken {
  row: AccessTokenRow
  token: string
}

export interface CreateAccessToken {
  tenant: Tenant
  identity: string
  friendlyName: string | undefined
  /** Seconds. */
  ttlS: number
}

/** Makes a ticket for one device. */
export async function createAccessToken(deps: Deps, command: CreateAccessToken): Promise<AccessToken> {
  const at = deps.clock.now()
  const row: AccessTokenRow = {
    sid: newSid('YK', at, deps.random),
    ...command.tenant,
    identity: command.identity,
    factor_type: 'push',
    factor_friendly_name: command.friendlyName ?? null,
    ttl_s: command.ttlS,
    key_id: deps.keys.activeId,
    created_at: at,
  }
  await deps.db.write(insertAccessToken(row))
  return { row, token: await encrypt(deps, row) }
}

/** The ticket of a SID with the same claims and end; undefined where the service has none of that SID, or it is over. */
export async function readAccessToken(deps: Deps, tenant: Tenant, sid: string): Promise<AccessToken | undefined> {
  const [row] = await deps.db.read(findAccessToken(tenant, sid, deps.clock.now()))
  return row && { row, token: await encrypt(deps, row) }
}

/** Encrypted under the ring, so that devices carry it and cannot read or change it (RFC 7516: dir, A256GCM). */
async function encrypt({ keys }: Deps, row: AccessTokenRow): Promise<string> {
  const issuedAt = Math.floor(row.created_at / 1000)
  const claims = {
    jti: row.sid,
    iss: row.account_sid,
    aud: row.service_sid,
    sub: row.identity,
    factor_type: row.factor_type,
    factor_friendly_name: row.factor_friendly_name,
    iat: issuedAt,
    exp: issuedAt + row.ttl_s,
  }
  return new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: row.key_id, cty: 'aval-access-token;v=1' })
    .encrypt(keys.key(row.key_id, 'access-token'))
}
