import type { Db } from '../../src/index.ts'

// Forward only: a released step is never edited, a change is a new step.
const steps: readonly string[] = [
  `
create table sympla_organizers (
  organizer text primary key,
  phone_enrolled bigint not null,
  phone_last4 text
);

create table sympla_drafts (
  organizer text primary key,
  id text not null,
  version bigint not null,
  sealed text not null,
  updated_at bigint not null
);

create table sympla_requests (
  id text primary key,
  organizer text not null,
  draft_id text not null,
  draft_version bigint not null,
  status text not null check (status in
    ('creating', 'pending', 'stored', 'released', 'denied', 'expired', 'locked', 'canceled', 'refused', 'lost')),
  body_sealed text,
  url_sealed text,
  transaction_id text unique,
  ref text,
  phone_last4 text,
  release_id text,
  polls bigint not null,
  poll_at bigint not null,
  created_at bigint not null,
  finished_at bigint,
  unique (draft_id, draft_version)
);
create index sympla_requests_by_organizer on sympla_requests (organizer, created_at);
create index sympla_requests_to_poll on sympla_requests (poll_at) where status in ('pending', 'stored');

create table sympla_payout_accounts (
  id text primary key,
  organizer text not null,
  release_id text not null unique,
  method text not null,
  title text not null,
  masked text not null,
  sealed text not null,
  valid_from bigint not null,
  replaced_at bigint
);
create unique index sympla_payout_accounts_current on sympla_payout_accounts (organizer) where replaced_at is null;

create table sympla_payouts (
  id text primary key,
  organizer text not null,
  release_id text not null unique,
  transaction_id text not null,
  ref text not null,
  account_id text not null references sympla_payout_accounts (id),
  amount text not null,
  currency text not null,
  approved_at bigint not null,
  phone_last4 text,
  enrolled bigint not null,
  receipt text not null,
  created_at bigint not null
);
create index sympla_payouts_by_organizer on sympla_payouts (organizer, created_at);
`,
  'alter table sympla_drafts add column renewed bigint not null default 0',
]

/** Brings the platform's own tables up to date while every other process waits. */
export async function makeTables(db: Db): Promise<void> {
  await db.exclusive(async (session) => {
    await session.execute('create table if not exists sympla_schema (step bigint primary key)')
    const applied = await session.rows<{ step: number }>('select step from sympla_schema')
    for (const [i, step] of steps.entries()) {
      if (i < applied.length) continue
      await session.execute(step)
      await session.execute(`insert into sympla_schema (step) values (${i + 1})`)
    }
  })
}
