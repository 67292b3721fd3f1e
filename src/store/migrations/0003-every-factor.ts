import type { Migration } from './migration.ts'

// Channels, factors and enrolment. Transactions of before had one factor, a text message, and go on as they were.
const columns = `
alter table transactions add column assurance text not null default 'substantial';
alter table transactions add column email_ref text;
alter table transactions add column email_sealed text;
alter table transactions add column email_mask text;
alter table transactions add column target_ref text;
alter table transactions add column target_sealed text;
alter table transactions add column target_mask text;
alter table transactions add column target_delay_ms bigint not null default 0;
alter table transactions add column proven bigint not null default 0;
alter table transactions add column proven_by text not null default '';
alter table transactions add column fallback text;
create index transactions_enrolling on transactions (approved_at) where status = 'approved' and kind in ('factor.totp', 'factor.passkey');
create index challenges_by_age on challenges (created_at);
`

const tables = `
create table contacts_next (
  id text primary key,
  subject text not null,
  kind text not null,
  key_id text not null,
  address_ref text not null,
  address_sealed text not null,
  address_mask text not null,
  transaction_id text not null references transactions (id),
  enrolled_at bigint not null,
  usable_at bigint not null,
  ended_at bigint
);
insert into contacts_next (id, subject, kind, key_id, address_ref, address_sealed, address_mask, transaction_id, enrolled_at, usable_at)
  select 'con_' || substr(transaction_id, 4), subject, kind, key_id, address_ref, address_sealed, address_mask, transaction_id, enrolled_at,
    enrolled_at from contacts;
drop table contacts;
alter table contacts_next rename to contacts;
create index contacts_of on contacts (subject, kind) where ended_at is null;
create unique index contacts_by_transaction on contacts (transaction_id, kind);

create table authenticators (
  id text primary key,
  subject text not null,
  kind text not null,
  name text not null,
  key_id text not null,
  transaction_id text not null unique references transactions (id),
  secret_sealed text,
  last_step bigint not null default 0,
  challenge text,
  credential_id text unique,
  public_key text,
  sign_count bigint not null default 0,
  transports text,
  created_at bigint not null,
  enrolled_at bigint,
  used_at bigint,
  ended_at bigint
);
create index authenticators_begun on authenticators (created_at) where enrolled_at is null;
create index authenticators_of on authenticators (subject, kind) where ended_at is null;

create table recovery_codes (
  subject text not null,
  mac text not null,
  created_at bigint not null,
  used_at bigint,
  primary key (subject, mac)
);

create table messages (
  id text primary key,
  transaction_id text references transactions (id),
  verification_sid text,
  channel text not null,
  carrier text not null,
  carrier_id text,
  status text not null,
  rank bigint not null,
  failure_kind text,
  failure_code text,
  sent_at bigint not null,
  updated_at bigint not null,
  next_at bigint
);
create unique index messages_by_carrier on messages (carrier, carrier_id);
create index messages_of on messages (transaction_id, sent_at);
create index messages_by_age on messages (sent_at);
create index messages_to_fall_back on messages (next_at) where next_at is not null;

create table notices (
  id text primary key,
  subject text not null,
  channel text not null,
  key_id text not null,
  address_sealed text not null,
  locale text not null,
  kind text not null,
  details text not null,
  created_at bigint not null,
  due_at bigint not null,
  tries bigint not null default 0
);
create index notices_due on notices (due_at);
`

export const everyFactor: Migration = {
  id: 3,
  name: 'every factor',
  sqlite: `${columns}${tables}`,
  postgres: `${columns}${tables}`,
}
