import type { Migration } from './migration.ts'

const text = `
create table guard_tries (
  slot bigint primary key,
  right_codes bigint not null,
  wrong_codes bigint not null,
  sprayed bigint not null default 0
);
`

export const guardTries: Migration = { id: 7, name: 'guard tries', sqlite: text, postgres: text }
