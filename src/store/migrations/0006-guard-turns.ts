import type { Migration } from './migration.ts'

// Many asks in one step: each bucket is locked, read and written once for all of them. The rules are those of src/guard/buckets/bucket.ts and
// draw.ts, where they are explained; a test holds the two against each other. guard_take and guard_entered stay for nodes of the version before.
//
// p_numbers has eleven numbers a draw: base, cap, refill, fade, memory, cost, classes, whether it refuses, its condition (0 none, 1 unless,
// 2 only, 3 without), the number of its voucher among the draws of its ask (0 none), from how many entered codes it vouches (-1 never).

// A bucket that is used is written often, and no index of it may change with it: PostgreSQL then writes the row alone (a heap-only tuple), SQLite one page
// less. Idle buckets are found by paging through them; those that are low stand in an index of their own.
const tables = `
drop index guard_buckets_idle;
alter table guard_buckets add column is_low bigint not null default 0;
update guard_buckets set is_low = 1 where base > 0 and balance < base / 2;
create index guard_buckets_low on guard_buckets (key) where is_low = 1;
`

const functions = `
create function guard_take_all(
  p_ats bigint[], p_askers int[], p_asker_numbers text[], p_devices text[], p_sizes int[], p_keys text[], p_scopes text[], p_labels text[],
  p_places int[], p_numbers float8[],
  out askers int[], out takens boolean[], out used boolean[], out refused boolean[], out balances float8[], out sents float8[],
  out entereds float8[], out spents float8[], out pendings float8[], out ats bigint[]
) language plpgsql as $$
declare
  n int := coalesce(array_length(p_keys, 1), 0);
  m int := coalesce(array_length(p_places, 1), 0);
  known text[];
  -- The buckets as they are now, by place.
  is_there boolean[] := array_fill(false, array[n]);
  is_changed boolean[] := is_there;
  b_base float8[] := array_fill(0::float8, array[n]);
  b_cap float8[] := b_base; b_refill float8[] := b_base; b_fade float8[] := b_base; b_memory float8[] := b_base;
  b_balance float8[] := b_base; b_sent float8[] := b_base; b_entered float8[] := b_base; b_spent float8[] := b_base;
  b_pending float8[] := b_base;
  b_at bigint[] := array_fill(0::bigint, array[n]);
  r record;
  a int;
  i int;
  o int;
  k int;
  w int;
  v int;
  first int := 1;
  last int;
  who int;
  base float8;
  balance float8;
  passed float8;
  kept float8;
  is_taken boolean;
  is_mine boolean;
  is_vouched boolean;
  is_used boolean;
  is_refused boolean;
begin
  -- A count that a crash takes back is worth no wait for the disk. And plans are made once, for tables that grow: one that was made while they
  -- were small would read all of them for ever.
  perform set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true);
  balances := array_fill(null::float8, array[m]);
  sents := balances; entereds := balances; spents := balances; pendings := balances;
  ats := array_fill(null::bigint, array[m]);
  used := array_fill(false, array[m]);
  refused := used;
  askers := p_askers;
  takens := array_fill(false, array[coalesce(array_length(p_askers, 1), 0)]);
  if -1 = any(p_askers) then
    select coalesce(array_agg(key), '{}') into known from guard_known where key = any(p_asker_numbers || p_devices);
  end if;
  perform guard_lock(p_keys);
  for r in select x.place, g.* from guard_buckets g join unnest(p_keys) with ordinality x(key, place) on g.key = x.key loop
    k := r.place;
    is_there[k] := true;
    b_base[k] := r.base;
    b_balance[k] := r.balance;
    b_sent[k] := r.sent;
    b_entered[k] := r.entered;
    b_spent[k] := r.spent;
    b_pending[k] := r.pending;
    b_at[k] := r.at;
  end loop;
  for a in 1..coalesce(array_length(p_askers, 1), 0) loop
    last := first + p_sizes[a] - 1;
    who := p_askers[a];
    if who < 0 then
      who := case
        when p_asker_numbers[a] = '' or not p_asker_numbers[a] = any(known) then 0
        when p_devices[a] <> '' and not p_devices[a] = any(known) then 1
        else 2 end;
      askers[a] := who;
    end if;
    for i in first..last loop
      o := (i - 1) * 11;
      k := p_places[i];
      continue when not is_there[k] or (p_numbers[o + 7]::int >> who) & 1 = 0;
      base := p_numbers[o + 1];
      passed := greatest(0, p_ats[a] - b_at[k]);
      ats[i] := b_at[k] + passed;
      balance := b_balance[k] + base - b_base[k];
      if passed = 0 then
        balances[i] := least(p_numbers[o + 2], balance);
        sents[i] := b_sent[k];
        entereds[i] := b_entered[k];
        spents[i] := b_spent[k];
        pendings[i] := b_pending[k];
      else
        if balance <= base then
          balance := least(base, balance + passed * base / p_numbers[o + 3]);
        else
          balance := base + (balance - base) * power(2, greatest(-1000, -passed / p_numbers[o + 4]));
        end if;
        balances[i] := least(p_numbers[o + 2], balance);
        kept := power(2, greatest(-1000, -passed / p_numbers[o + 5]));
        sents[i] := b_sent[k] * kept;
        entereds[i] := b_entered[k] * kept;
        spents[i] := b_spent[k] * kept;
        pendings[i] := b_pending[k] * exp(greatest(-700, -passed / 40000));
      end if;
    end loop;
    is_taken := true;
    for i in first..last loop
      o := (i - 1) * 11;
      is_mine := (p_numbers[o + 7]::int >> who) & 1 = 1;
      continue when not is_mine;
      is_vouched := false;
      if p_numbers[o + 10] > 0 then
        w := first + p_numbers[o + 10]::int - 1;
        v := (w - 1) * 11;
        -- One that nobody used yet is full, and has seen no code.
        is_vouched := p_numbers[v + 11] >= 0 and (p_numbers[v + 7]::int >> who) & 1 = 1
          and coalesce(entereds[w], 0) >= p_numbers[v + 11] and coalesce(balances[w], p_numbers[v + 1]) >= p_numbers[v + 1];
      end if;
      is_used := not (p_numbers[o + 9] = 2 and not is_vouched) and not (p_numbers[o + 9] = 3 and is_vouched);
      is_refused := is_used and p_numbers[o + 8] = 1 and not (p_numbers[o + 9] = 1 and is_vouched)
        and coalesce(balances[i], p_numbers[o + 1]) < p_numbers[o + 6];
      used[i] := is_used;
      refused[i] := is_refused;
      is_taken := is_taken and not is_refused;
    end loop;
    takens[a] := is_taken;
    if is_taken then
      for i in first..last loop
        continue when not used[i];
        o := (i - 1) * 11;
        k := p_places[i];
        base := p_numbers[o + 1];
        is_there[k] := true;
        is_changed[k] := true;
        b_base[k] := base;
        b_cap[k] := p_numbers[o + 2];
        b_refill[k] := p_numbers[o + 3];
        b_fade[k] := p_numbers[o + 4];
        b_memory[k] := p_numbers[o + 5];
        b_balance[k] := greatest(coalesce(balances[i], base) - p_numbers[o + 6], -base);
        b_sent[k] := coalesce(sents[i], 0) + 1;
        b_entered[k] := coalesce(entereds[i], 0);
        b_spent[k] := coalesce(spents[i], 0);
        b_pending[k] := coalesce(pendings[i], 0) + 1;
        b_at[k] := coalesce(ats[i], p_ats[a]);
      end loop;
    end if;
    first := last + 1;
  end loop;
  insert into guard_buckets as g (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at, is_low)
    select x.key, x.scope, x.label, x.base, x.cap, x.refill, x.fade, x.memory, x.balance, x.sent, x.entered, x.spent, x.pending, x.at,
      case when x.base > 0 and x.balance < x.base / 2 then 1 else 0 end
    from unnest(p_keys, p_scopes, p_labels, b_base, b_cap, b_refill, b_fade, b_memory, b_balance, b_sent, b_entered, b_spent, b_pending, b_at,
      is_changed) x(key, scope, label, base, cap, refill, fade, memory, balance, sent, entered, spent, pending, at, is_changed)
    where x.is_changed
    on conflict (key) do update set base = excluded.base, cap = excluded.cap, refill_ms = excluded.refill_ms, fade_ms = excluded.fade_ms,
      memory_ms = excluded.memory_ms, balance = excluded.balance, sent = excluded.sent, entered = excluded.entered, spent = excluded.spent,
      pending = excluded.pending, at = excluded.at, is_low = excluded.is_low;
end $$;

-- What many entered codes pay one bucket back in one step is what they would one after the other: a sum, up to the cap.
create function guard_note_all(p_list jsonb) returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into guard_decisions (id, at, door, ref, channel, country, recipient, address, asker, action, enforced, price_micros, reasons,
      charged, key_id, trace_sealed)
    select * from jsonb_to_recordset(p_list) as d(id text, at bigint, door text, ref text, channel text, country text, recipient text,
      address text, asker bigint, action text, enforced bigint, price_micros bigint, reasons text, charged text, key_id text,
      trace_sealed text);
end $$;

create function guard_enter_all(p_at bigint, p_refs text[], p_known text[]) returns void language plpgsql as $$
declare
  paid record;
begin
  perform set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true);
  insert into guard_known (key, first_at, last_at) select x.key, p_at, p_at from (select distinct unnest(p_known) as key order by 1) x
    on conflict (key) do update set last_at = greatest(guard_known.last_at, excluded.last_at);
  with
    latest as (
      select distinct on (ref) id from guard_decisions where ref = any(p_refs) and action = 'allow' order by ref, at desc, id desc),
    entered as (
      update guard_decisions d set entered_at = p_at from latest l where d.id = l.id and d.entered_at is null
      returning d.charged, d.price_micros)
  select array_agg(x.key) as keys, array_agg(x.pay) as pays, array_agg(e.price_micros / 1000000.0) as usds into paid
    from entered e, jsonb_to_recordset(e.charged::jsonb) as x(key text, pay float8);
  if paid.keys is null then return; end if;
  perform guard_lock(paid.keys);
  update guard_buckets k set balance = greatest(s.balance, least(s.cap, s.balance + c.pay)), sent = s.sent, entered = s.entered + c.codes,
    spent = s.spent + c.usd, pending = s.pending, at = s.at
    from (select key, sum(pay) as pay, count(*) as codes, sum(usd) as usd from unnest(paid.keys, paid.pays, paid.usds) x(key, pay, usd)
        group by key) c
      join guard_buckets g on g.key = c.key, lateral guard_settled(g, p_at) s
    where k.key = c.key;
end $$;
`

export const guardTurns: Migration = { id: 6, name: 'guard turns', sqlite: tables, postgres: `${tables}${functions}` }
