import type { Migration } from './migration.ts'

// What a transaction has to go through before it is released. No device, payee or country is in clear: keyed hashes, or two letters.
const text = (float: string) => `
alter table transactions add column hold_ms bigint not null default 0;
alter table transactions add column review text not null default 'none';
alter table transactions add column device_ref text;
alter table transactions add column payee_ref text;
alter table transactions add column ip_country text;

create table assessments (
  id text primary key,
  at bigint not null,
  transaction_id text not null,
  version bigint not null,
  kind text not null,
  outcome text not null,
  enforced bigint not null,
  decibans ${float} not null,
  assurance text not null,
  hold_ms bigint not null,
  review text not null,
  reasons text not null,
  said text not null,
  signals text not null
);
create index assessments_of on assessments (transaction_id, id);

create table guard_places (
  key text primary key,
  country text not null,
  at bigint not null
);
create index guard_places_old on guard_places (at);
`

export const assessments: Migration = {
  id: 5,
  name: 'assessments',
  sqlite: text('real'),
  postgres: text('double precision'),
}
