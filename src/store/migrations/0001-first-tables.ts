import type { Migration } from './migration.ts'

// Text and bigint only, so that one text serves both stores: instants are milliseconds, flags 0 or 1.
// `clustered`: where SQLite can keep a table in the order of its primary key, one tree is written instead of two.
const tables = (clustered: string) => `
create table transactions (
  id text primary key,
  kind text not null,
  subject text not null,
  status text not null check (status in ('pending', 'approved', 'releasing', 'released', 'denied', 'canceled', 'expired', 'locked', 'superseded')),
  version bigint not null,
  key_id text not null,
  digest text not null,
  summary text not null,
  sealed text,
  factors text not null,
  code_length bigint not null,
  code_ttl_ms bigint not null,
  phone_ref text,
  phone_sealed text,
  phone_mask text,
  enrolls bigint not null,
  sends bigint not null check (sends between 0 and 5),
  checks bigint not null check (checks between 0 and 5),
  last_sent_at bigint,
  locale text not null,
  return_url text,
  metadata text not null,
  created_at bigint not null,
  expires_at bigint not null,
  approved_at bigint,
  approved_by text,
  binding text,
  release_id text,
  lease_expires_at bigint,
  finished_at bigint,
  event_no bigint not null,
  event_type text not null,
  event_at bigint not null,
  event_ip text not null,
  check (status in ('pending', 'approved', 'releasing') or sealed is null),
  check (release_id is null or approved_at is not null),
  check (status not in ('approved', 'releasing', 'released') or approved_at is not null)
);
create index transactions_by_age on transactions (created_at, id);
create index transactions_by_subject on transactions (subject, created_at, id);
create index transactions_to_expire on transactions (expires_at) where status = 'pending';

create table challenges (
  id text primary key,
  transaction_id text not null references transactions (id),
  version bigint not null,
  channel text not null,
  address_ref text not null,
  key_id text not null,
  code_seed text not null,
  code_mac text not null,
  verification_sid text unique,
  open bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  sent_at bigint
);
create index challenges_of on challenges (transaction_id, version, created_at);
create unique index challenges_at_twilio on challenges (address_ref) where open = 1 and code_mac = '';

create table contacts (
  subject text not null,
  kind text not null,
  key_id text not null,
  address_ref text not null,
  address_sealed text not null,
  address_mask text not null,
  transaction_id text not null references transactions (id),
  enrolled_at bigint not null,
  primary key (subject, kind)
);

create table subject_locks (
  subject text primary key,
  locked_at bigint not null
);

create table idempotency_keys (
  scope text primary key,
  request_hash text not null,
  operation text not null,
  key_id text not null,
  transaction_id text,
  answer text,
  claimed_until bigint not null,
  expires_at bigint not null
);
create index idempotency_keys_of on idempotency_keys (transaction_id);
create index idempotency_keys_to_expire on idempotency_keys (expires_at);

create table services (
  sid text primary key,
  account_sid text not null,
  friendly_name text not null,
  settings text not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index services_by_age on services (account_sid, created_at, sid);

create table verifications (
  sid text primary key,
  service_sid text not null,
  account_sid text not null,
  to_ref text not null,
  to_sealed text not null,
  key_id text not null,
  channel text not null,
  status text not null check (status in ('pending', 'approved', 'canceled', 'max_attempts_reached', 'deleted', 'failed', 'expired')),
  live bigint not null,
  sends bigint not null check (sends between 0 and 5),
  checks bigint not null check (checks between 0 and 5),
  code_seed text not null,
  code_mac text not null,
  code_length bigint not null,
  amount text,
  payee text,
  attempt_sid text not null,
  created_at bigint not null,
  updated_at bigint not null,
  expires_at bigint not null,
  event_no bigint not null,
  event_type text not null,
  event_at bigint not null,
  event_ip text not null
);
create index verifications_to_expire on verifications (expires_at) where live = 1;
create unique index verifications_live on verifications (service_sid, to_ref) where live = 1;

create table attempts (
  sid text not null,
  verification_sid text not null,
  service_sid text not null,
  account_sid text not null,
  channel text not null,
  created_at bigint not null,
  primary key (verification_sid, sid)
)${clustered};

create table audit_events (
  chain text not null,
  seq bigint not null,
  type text not null,
  status text not null,
  version bigint not null,
  digest text not null,
  created_at bigint not null,
  ip text not null,
  previous_hash text not null,
  hash text not null,
  primary key (chain, seq)
)${clustered};
create index audit_events_by_age on audit_events (created_at);

create table audit_heads (
  id bigint primary key,
  signed_at bigint not null,
  jws text not null
);
create table audit_head_entries (
  chain text not null,
  seq bigint not null,
  hash text not null,
  head_id bigint not null references audit_heads (id),
  primary key (chain, seq)
);
create index audit_head_entries_of on audit_head_entries (head_id);

create table rate_counters (
  key text primary key,
  window_ends_at bigint not null,
  count bigint not null
);
`

// Every move writes its event in the same statement, and the hash of the event before it must be there to be continued.
// The row that moves is locked, so the events of one chain are written one after the other, and no two chains wait for each other.
const hashed = (hash: (text: string) => string, row: string, version: string, digest: string, previous: string) =>
  hash(
    [
      `${previous}`,
      `${row}.event_no`,
      `${row}.event_type`,
      `${row}.status`,
      version,
      digest,
      `${row}.event_at`,
      `${row}.event_ip`,
    ].join(" || '|' || "),
  )

interface Chain {
  table: string
  id: string
  version: string
  digest: string
}
const chains: Chain[] = [
  { table: 'transactions', id: 'id', version: 'new.version', digest: 'new.digest' },
  { table: 'verifications', id: 'sid', version: '1', digest: "''" },
]
const columns = 'chain, seq, type, status, version, digest, created_at, ip, previous_hash, hash'

const sqliteAudit = chains
  .map(({ table, id, version, digest }) => {
    const hash = (text: string) => `sha256_hex(${text})`
    const values = (previous: string) =>
      `new.${id}, new.event_no, new.event_type, new.status, ${version}, ${digest}, new.event_at, new.event_ip, ${previous}, ${hashed(hash, 'new', version, digest, previous)}`
    const previous = `(select hash from audit_events where chain = new.${id} and seq = old.event_no)`
    return `
create trigger ${table}_audit_first after insert on ${table} begin
  insert into audit_events (${columns}) values (${values(`new.${id}`)});
end;
create trigger ${table}_audit_next after update on ${table} begin
  select raise(abort, 'no audit event, no move') where new.event_no <> old.event_no + 1;
  insert into audit_events (${columns}) values (${values(previous)});
end;
create trigger ${table}_stay before delete on ${table} begin
  select raise(abort, 'rows with a history stay');
end;`
  })
  .join('\n')

const sqliteGuards = `
create trigger audit_events_no_update before update on audit_events begin select raise(abort, 'audit events are never changed'); end;
create trigger audit_events_no_delete before delete on audit_events begin select raise(abort, 'audit events are never removed'); end;
create trigger verifications_attempt_first after insert on verifications begin
  insert into attempts (sid, verification_sid, service_sid, account_sid, channel, created_at)
  values (new.attempt_sid, new.sid, new.service_sid, new.account_sid, new.channel, new.event_at);
end;
create trigger verifications_attempt_next after update on verifications when new.sends > old.sends begin
  insert into attempts (sid, verification_sid, service_sid, account_sid, channel, created_at)
  values (new.attempt_sid, new.sid, new.service_sid, new.account_sid, new.channel, new.event_at);
end;
`

const postgresAudit = chains
  .map(({ table, id, version, digest }) => {
    const hash = (text: string) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`
    return `
create function ${table}_audit() returns trigger language plpgsql as $$
declare previous text;
begin
  if tg_op = 'INSERT' then
    previous := new.${id};
  else
    if new.event_no <> old.event_no + 1 then raise exception 'no audit event, no move'; end if;
    select hash into strict previous from audit_events where chain = new.${id} and seq = old.event_no;
  end if;
  insert into audit_events (${columns})
  values (new.${id}, new.event_no, new.event_type, new.status, ${version}, ${digest}, new.event_at, new.event_ip, previous,
    ${hashed(hash, 'new', version, digest, 'previous')});
  return null;
end $$;
create trigger ${table}_audit after insert or update on ${table} for each row execute function ${table}_audit();
create trigger ${table}_stay before delete on ${table} for each statement execute function refuse_change('rows with a history stay');`
  })
  .join('\n')

const postgresRefusal = `
create function refuse_change() returns trigger language plpgsql as $$ begin raise exception '%', tg_argv[0]; end $$;
`
const postgresGuards = `
create trigger audit_events_stay before update or delete or truncate on audit_events for each statement
  execute function refuse_change('audit events are never changed');
create function verifications_attempt() returns trigger language plpgsql as $$
begin
  insert into attempts (sid, verification_sid, service_sid, account_sid, channel, created_at)
  values (new.attempt_sid, new.sid, new.service_sid, new.account_sid, new.channel, new.event_at);
  return null;
end $$;
create trigger verifications_attempt_first after insert on verifications for each row execute function verifications_attempt();
create trigger verifications_attempt_next after update on verifications for each row when (new.sends > old.sends)
  execute function verifications_attempt();
`

export const firstTables: Migration = {
  id: 1,
  name: 'first tables',
  sqlite: `${tables(' without rowid')}${sqliteAudit}${sqliteGuards}`,
  postgres: `${tables('')}${postgresRefusal}${postgresAudit}${postgresGuards}`,
}
