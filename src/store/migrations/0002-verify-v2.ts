import type { Migration } from './migration.ts'

// What the complete Verify v2 keeps. A verification says which history and which webhooks it owes, so that the others cost nothing more.
const columns = `
alter table verifications add column country text;
alter table verifications add column to_prefix text;
alter table verifications add column locale text;
alter table verifications add column tags text;
alter table verifications add column delivery text not null default 'sent';
alter table verifications add column keeps_history bigint not null default 0;
alter table verifications add column notifies bigint not null default 0;
create index verifications_history on verifications (service_sid, to_ref, sid) where keeps_history = 1;
create index verifications_deals on verifications (created_at) where amount is not null or payee is not null;
create index challenges_to_close on challenges (expires_at) where open = 1;
create index rate_counters_to_forget on rate_counters (window_ends_at);
alter table attempts add column delivery text not null default 'sent';
alter table attempts add column error_code text;
`

const tables = `
create table retention_marks (
  name text primary key,
  reached text not null
);

create table rate_limits (
  sid text primary key,
  service_sid text not null references services (sid) on delete cascade,
  account_sid text not null,
  unique_name text not null,
  description text,
  created_at bigint not null,
  updated_at bigint not null,
  unique (service_sid, unique_name)
);
create table buckets (
  sid text primary key,
  rate_limit_sid text not null references rate_limits (sid) on delete cascade,
  service_sid text not null,
  account_sid text not null,
  max bigint not null,
  interval_s bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (rate_limit_sid, interval_s)
);

create table messaging_configurations (
  service_sid text not null references services (sid) on delete cascade,
  country text not null,
  account_sid text not null,
  messaging_service_sid text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (service_sid, country)
);

create table safe_list (
  sid text primary key,
  account_sid text not null,
  phone_ref text not null,
  key_id text not null,
  phone_sealed text not null,
  created_at bigint not null,
  unique (account_sid, phone_ref)
);

create table entities (
  sid text primary key,
  service_sid text not null references services (sid) on delete cascade,
  account_sid text not null,
  identity text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (service_sid, identity)
);
create index entities_by_age on entities (service_sid, created_at, sid);

create table factors (
  sid text primary key,
  entity_sid text not null references entities (sid) on delete cascade,
  service_sid text not null,
  account_sid text not null,
  identity text not null,
  factor_type text not null check (factor_type in ('push', 'totp', 'passkeys')),
  friendly_name text not null,
  status text not null check (status in ('unverified', 'verified')),
  config text not null,
  metadata text,
  key_id text not null,
  secret_sealed text,
  public_key text,
  credential_id text,
  transports text,
  enrolment_challenge text,
  last_step bigint not null default -1,
  sign_count bigint not null default 0,
  checks bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null
);
create index factors_of on factors (entity_sid, created_at, sid);
create unique index factors_by_credential on factors (service_sid, credential_id) where credential_id is not null;
create index factors_by_identity on factors (service_sid, identity);
create index factors_unfinished on factors (sid) where factor_type = 'passkeys' and status = 'unverified';
create unique index factors_by_enrolment on factors (service_sid, enrolment_challenge) where enrolment_challenge is not null;

create table factor_challenges (
  sid text primary key,
  service_sid text not null references services (sid) on delete cascade,
  account_sid text not null,
  entity_sid text,
  identity text,
  factor_sid text,
  factor_type text not null,
  status text not null check (status in ('pending', 'approved', 'denied', 'expired')),
  responded_reason text not null,
  details text,
  hidden_details text,
  metadata text,
  webauthn_challenge text,
  options text,
  checks bigint not null default 0,
  notifications bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  responded_at bigint,
  expires_at bigint not null
);
create index factor_challenges_of on factor_challenges (entity_sid, created_at, sid);
create index factor_challenges_by_factor on factor_challenges (factor_sid, created_at);
create unique index factor_challenges_by_webauthn on factor_challenges (service_sid, webauthn_challenge) where webauthn_challenge is not null;

create table access_tokens (
  sid text primary key,
  service_sid text not null references services (sid) on delete cascade,
  account_sid text not null,
  identity text not null,
  factor_type text not null,
  factor_friendly_name text,
  ttl_s bigint not null,
  key_id text not null,
  created_at bigint not null
);

create table webhooks (
  sid text primary key,
  service_sid text not null references services (sid) on delete cascade,
  account_sid text not null,
  friendly_name text not null,
  event_types text not null,
  webhook_url text not null,
  status text not null check (status in ('enabled', 'disabled')),
  version text not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (service_sid, friendly_name)
);

create table webhook_deliveries (
  id text primary key,
  webhook_sid text not null,
  service_sid text not null,
  event_type text not null,
  subject text not null,
  body text,
  tries bigint not null default 0,
  next_try_at bigint not null,
  leased_at bigint,
  created_at bigint not null,
  delivered_at bigint,
  failed_at bigint
);
create index webhook_deliveries_due on webhook_deliveries (webhook_sid, next_try_at) where delivered_at is null and failed_at is null;
create index webhook_deliveries_of on webhook_deliveries (subject) where delivered_at is null and failed_at is null;
create index webhook_deliveries_by_age on webhook_deliveries (created_at);

create table lookup_overrides (
  account_sid text not null,
  phone_ref text not null,
  field text not null,
  key_id text not null,
  phone_sealed text not null,
  line_type text not null,
  original_line_type text,
  reason text not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_sid, phone_ref, field)
);
`

// An attempt keeps how its message fared; an event is owed in the very statement that makes it.
// A message was converted when its code came back: of several with one code, the last one that left.
const views = `
create view attempts_of_verifications as
select a.sid, a.verification_sid, a.service_sid, a.account_sid, a.channel, a.created_at, a.delivery, a.error_code,
  v.key_id, v.to_sealed, v.to_ref, v.to_prefix, v.country, v.locale, v.code_length, v.status,
  v.expires_at as verification_expires_at, v.updated_at as verification_updated_at,
  case when v.status = 'approved' and a.sid = (
    select max(last.sid) from attempts last where last.verification_sid = a.verification_sid and last.delivery <> 'failed')
  then 1 else 0 end as converted
from attempts a join verifications v on v.sid = a.verification_sid;
`

const attemptColumns = 'sid, verification_sid, service_sid, account_sid, channel, created_at, delivery'
const attemptValues =
  'new.attempt_sid, new.sid, new.service_sid, new.account_sid, new.channel, new.event_at, new.delivery'

// The type of the event is the status: a wrong try and a further send are no news. One that another deal took the place of is canceled.
const eventType = "'verification.' || case new.status when 'deleted' then 'canceled' else new.status end"
const owe = `
  insert into webhook_deliveries (id, webhook_sid, service_sid, event_type, subject, tries, next_try_at, created_at)
  select new.sid || '/' || new.event_no || '/' || w.sid, w.sid, new.service_sid, ${eventType}, new.sid, 0, new.event_at, new.event_at
  from webhooks w
  where w.service_sid = new.service_sid and w.status = 'enabled'
    and (w.event_types like '%"verification.*"%' or w.event_types like '%"' || ${eventType} || '"%')`

const sqlite = `
drop trigger verifications_attempt_first;
drop trigger verifications_attempt_next;
create trigger verifications_attempt_first after insert on verifications begin
  insert into attempts (${attemptColumns}) values (${attemptValues});
end;
create trigger verifications_attempt_next after update on verifications when new.sends > old.sends begin
  insert into attempts (${attemptColumns}) values (${attemptValues});
end;
create trigger verifications_event_first after insert on verifications when new.notifies = 1 begin ${owe}; end;
create trigger verifications_event_next after update on verifications when new.notifies = 1 and new.status <> old.status begin ${owe}; end;
`

const postgres = `
create or replace function verifications_attempt() returns trigger language plpgsql as $$
begin
  insert into attempts (${attemptColumns}) values (${attemptValues});
  return null;
end $$;
create function verifications_event() returns trigger language plpgsql as $$
begin
  ${owe};
  return null;
end $$;
create trigger verifications_event_first after insert on verifications for each row when (new.notifies = 1)
  execute function verifications_event();
create trigger verifications_event_next after update on verifications for each row
  when (new.notifies = 1 and new.status <> old.status) execute function verifications_event();
`

export const verifyV2: Migration = {
  id: 2,
  name: 'verify v2',
  sqlite: `${columns}${tables}${views}${sqlite}`,
  postgres: `${columns}${tables}${views}${postgres}`,
}
