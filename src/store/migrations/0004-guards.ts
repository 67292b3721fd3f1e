import type { Migration } from './migration.ts'

// Guards: buckets, who proved a number before, decisions. Bucket keys are keyed hashes, and labels are masked: no address is in clear.
const tables = (float: string) => `
create table guard_buckets (
  key text primary key,
  scope text not null,
  label text not null,
  base ${float} not null,
  cap ${float} not null,
  refill_ms ${float} not null,
  fade_ms ${float} not null,
  memory_ms ${float} not null,
  balance ${float} not null,
  sent ${float} not null,
  entered ${float} not null,
  spent ${float} not null,
  pending ${float} not null,
  at bigint not null
)`

const rest = `
create index guard_buckets_idle on guard_buckets (at);

create table guard_known (
  key text primary key,
  first_at bigint not null,
  last_at bigint not null
);

create table guard_decisions (
  id text primary key,
  at bigint not null,
  door text not null,
  ref text not null,
  channel text not null,
  country text,
  recipient text not null,
  address text not null,
  asker bigint not null,
  action text not null,
  enforced bigint not null,
  price_micros bigint not null,
  reasons text not null,
  charged text not null,
  key_id text not null,
  trace_sealed text,
  entered_at bigint
);
create table guard_settings (
  part text not null,
  version bigint not null,
  value text not null,
  why text not null,
  created_at bigint not null,
  primary key (part, version)
);

create table guard_list_items (
  id text primary key,
  list text not null,
  kind text not null,
  value text not null,
  label text not null,
  note text not null,
  created_at bigint not null,
  until_at bigint
);
create index guard_list_items_ended on guard_list_items (until_at) where until_at is not null;
create unique index guard_list_items_once on guard_list_items (kind, value, list);

create index guard_decisions_by_ref on guard_decisions (ref, at);
create index guard_decisions_traced on guard_decisions (id) where trace_sealed is not null;
`

// The same rules as src/guard/buckets/bucket.ts and draw.ts, where they are explained; a test holds the two against each other.
const functions = `
create function guard_settled(b guard_buckets, p_at bigint) returns guard_buckets language plpgsql immutable as $$
declare
  passed float8 := greatest(0, p_at - b.at);
  kept float8 := power(2, greatest(-1000, -passed / b.memory_ms));
begin
  if b.balance <= b.base then
    b.balance := least(b.base, b.balance + passed * b.base / b.refill_ms);
  else
    b.balance := b.base + (b.balance - b.base) * power(2, greatest(-1000, -passed / b.fade_ms));
  end if;
  b.balance := least(b.cap, b.balance);
  b.sent := b.sent * kept;
  b.entered := b.entered * kept;
  b.spent := b.spent * kept;
  b.pending := b.pending * exp(greatest(-700, -passed / 40000));
  b.at := b.at + passed;
  return b;
end $$;

-- Whoever works on buckets has all of theirs alone until the commit, also those that are not there yet. In one order, so that no two wait for
-- each other.
create function guard_lock(p_keys text[]) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(x.lock) from (select distinct hashtextextended(k, 4202) as lock from unnest(p_keys) k order by 1) x;
end $$;

-- p_numbers has eleven numbers a draw: base, cap, refill, fade, memory, cost, classes, whether it refuses, its condition (0 none, 1 unless,
-- 2 only, 3 without), the number of its voucher (0 none), from how many entered codes it vouches (-1 never).
create function guard_take(
  p_at bigint, p_asker bigint, p_number text, p_device text, p_keys text[], p_scopes text[], p_labels text[], p_numbers float8[],
  out asker int, out taken boolean, out used boolean[], out refused boolean[], out balances float8[], out sents float8[],
  out entereds float8[], out spents float8[], out pendings float8[], out ats bigint[]
) language plpgsql as $$
declare
  n int := coalesce(array_length(p_keys, 1), 0);
  mine text[] := '{}';
  r record;
  i int;
  o int;
  w int;
  passed float8;
  kept float8;
  is_mine boolean;
  is_vouched boolean;
  is_used boolean;
  is_refused boolean;
begin
  -- A count that a crash takes back is worth no wait for the disk.
  perform set_config('synchronous_commit', 'off', true);
  -- An array begins where it was first written to.
  balances := array_fill(null::float8, array[n]);
  sents := balances; entereds := balances; spents := balances; pendings := balances;
  ats := array_fill(null::bigint, array[n]);
  asker := p_asker;
  if asker is null then
    asker := case
      when not exists (select 1 from guard_known where key = p_number) then 0
      when p_device is not null and not exists (select 1 from guard_known where key = p_device) then 1
      else 2 end;
  end if;
  for i in 1..n loop
    o := (i - 1) * 11;
    if (p_numbers[o + 7]::int >> asker) & 1 = 1 then mine := mine || p_keys[i]; end if;
  end loop;
  perform guard_lock(mine);
  for r in select * from guard_buckets k where k.key = any(mine) loop
    i := array_position(p_keys, r.key);
    o := (i - 1) * 11;
    passed := greatest(0, p_at - r.at);
    ats[i] := r.at + passed;
    r.balance := r.balance + p_numbers[o + 1] - r.base;
    if r.balance <= p_numbers[o + 1] then
      balances[i] := least(p_numbers[o + 1], r.balance + passed * p_numbers[o + 1] / p_numbers[o + 3]);
    else
      balances[i] := p_numbers[o + 1] + (r.balance - p_numbers[o + 1]) * power(2, greatest(-1000, -passed / p_numbers[o + 4]));
    end if;
    balances[i] := least(p_numbers[o + 2], balances[i]);
    kept := power(2, greatest(-1000, -passed / p_numbers[o + 5]));
    sents[i] := r.sent * kept;
    entereds[i] := r.entered * kept;
    spents[i] := r.spent * kept;
    pendings[i] := r.pending * exp(greatest(-700, -passed / 40000));
  end loop;
  taken := true;
  for i in 1..n loop
    o := (i - 1) * 11;
    w := p_numbers[o + 10];
    is_mine := (p_numbers[o + 7]::int >> asker) & 1 = 1;
    -- One that nobody used yet is full, and has seen no code.
    is_vouched := w > 0 and p_numbers[w * 11] >= 0 and (p_numbers[w * 11 - 4]::int >> asker) & 1 = 1
      and coalesce(entereds[w], 0) >= p_numbers[w * 11] and coalesce(balances[w], p_numbers[w * 11 - 10]) >= p_numbers[w * 11 - 10];
    is_used := is_mine and not (p_numbers[o + 9] = 2 and not is_vouched) and not (p_numbers[o + 9] = 3 and is_vouched);
    is_refused := is_used and p_numbers[o + 8] = 1 and not (p_numbers[o + 9] = 1 and is_vouched)
      and coalesce(balances[i], p_numbers[o + 1]) < p_numbers[o + 6];
    used[i] := is_used;
    refused[i] := is_refused;
    taken := taken and not is_refused;
  end loop;
  if taken then
    for i in 1..n loop
      continue when not used[i];
      o := (i - 1) * 11;
      insert into guard_buckets as k (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at)
        values (p_keys[i], p_scopes[i], p_labels[i], p_numbers[o + 1], p_numbers[o + 2], p_numbers[o + 3], p_numbers[o + 4], p_numbers[o + 5],
          greatest(coalesce(balances[i], p_numbers[o + 1]) - p_numbers[o + 6], -p_numbers[o + 1]), coalesce(sents[i], 0) + 1,
          coalesce(entereds[i], 0), coalesce(spents[i], 0), coalesce(pendings[i], 0) + 1, coalesce(ats[i], p_at))
        on conflict (key) do update set base = excluded.base, cap = excluded.cap, refill_ms = excluded.refill_ms, fade_ms = excluded.fade_ms,
          memory_ms = excluded.memory_ms, balance = excluded.balance, sent = excluded.sent, entered = excluded.entered, spent = excluded.spent,
          pending = excluded.pending, at = excluded.at;
    end loop;
  end if;
end $$;

create function guard_repay(p_at bigint, p_charges jsonb, p_usd float8) returns void language plpgsql as $$
declare
  keys text[];
  c record;
  b guard_buckets;
begin
  perform set_config('synchronous_commit', 'off', true);
  select array_agg(x.key) into keys from jsonb_to_recordset(p_charges) as x(key text);
  perform guard_lock(keys);
  for c in select * from jsonb_to_recordset(p_charges) as x(key text, pay float8) loop
    select * into b from guard_buckets k where k.key = c.key;
    continue when not found;
    b := guard_settled(b, p_at);
    update guard_buckets k set balance = greatest(b.balance, least(b.cap, b.balance + c.pay)), sent = b.sent, entered = b.entered + 1,
      spent = b.spent + p_usd, pending = b.pending, at = b.at
      where k.key = b.key;
  end loop;
end $$;

create function guard_entered(p_at bigint, p_ref text, p_known text) returns bigint language plpgsql as $$
declare
  decision record;
begin
  perform set_config('synchronous_commit', 'off', true);
  update guard_decisions set entered_at = p_at
    where id = (select id from guard_decisions where ref = p_ref and action = 'allow' order by at desc, id desc limit 1) and entered_at is null
    returning charged, price_micros into decision;
  insert into guard_known (key, first_at, last_at) select value, p_at, p_at from jsonb_array_elements_text(p_known::jsonb) order by value
    on conflict (key) do update set last_at = greatest(guard_known.last_at, excluded.last_at);
  if decision.charged is null then return 0; end if;
  perform guard_repay(p_at, decision.charged::jsonb, decision.price_micros / 1000000.0);
  return 1;
end $$;
`

export const guards: Migration = {
  id: 4,
  name: 'guards',
  sqlite: `${tables('real')} without rowid;\n${rest}`,
  postgres: `${tables('double precision')} with (fillfactor = 70);\n${rest}\n${functions}`,
}
