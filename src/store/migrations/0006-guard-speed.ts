import type { Migration } from './migration.ts'

// Buckets are found idle by the day of their last use: an index on the moment itself would be written with every message.
const day = `
drop index guard_buckets_idle;
alter table guard_buckets add column day bigint not null default 0;
update guard_buckets set day = at / 86400000;
create index guard_buckets_idle on guard_buckets (day);
`

// What buckets say is judged in src/guard/buckets alone; guard_take, guard_repay and guard_entered stay for nodes of before, while they are
// replaced, and take the same locks. Without sequential scans, for plans are kept, and tables that were small then are large now.
const open = `
create function guard_open(p_keys text[], p_known text[]) returns table (
  known int, key text, scope text, label text, base float8, cap float8, refill_ms float8, fade_ms float8, memory_ms float8, balance float8,
  sent float8, entered float8, spent float8, pending float8, at bigint
) language plpgsql set enable_seqscan = off as $$
begin
  perform guard_lock(p_keys);
  return query select 0, b.key, b.scope, b.label, b.base, b.cap, b.refill_ms, b.fade_ms, b.memory_ms, b.balance, b.sent, b.entered, b.spent,
    b.pending, b.at from guard_buckets b where b.key = any(p_keys);
  if array_length(p_known, 1) > 0 then
    return query select 1, k.key, '', '', 0::float8, 0::float8, 0::float8, 0::float8, 0::float8, 0::float8, 0::float8, 0::float8, 0::float8,
      0::float8, 0::bigint from guard_known k where k.key = any(p_known);
  end if;
end $$;
`

export const guardSpeed: Migration = {
  id: 6,
  name: 'guard-speed',
  sqlite: day,
  postgres: day + open,
}
