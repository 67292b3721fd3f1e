import type { Clock, Instant } from '../lib/clock.ts'
import { all, type Db } from '../store/db.ts'
import { addSetting, findListItems, findSettings, findVersions, type SettingRow } from '../store/guard-settings.ts'
import type { SendRules } from './decide-send.ts'
import { type Part, type PartValue, parts, startOf, withPart } from './guard-parts.ts'
import { type Lists, prepareLists } from './lists.ts'
import { compileOperatorRules, type NamedLists } from './operator-rules.ts'

/** What a part is now: `version` 0 where nobody has set it. */
export interface Version {
  version: number
  value: unknown
  why: string
  created_at: Instant
}

/** What is in force: what operators set while Aval ran, on top of what it started with. Every node reads it anew after two seconds. */
export interface GuardBook {
  /** The rules and lists at this moment. */
  inForce(): Promise<{ rules: SendRules; lists: Lists }>
  read<Name extends Part>(part: Name): Promise<{ value: PartValue<Name> } & Omit<Version, 'value'>>
  versions(part: Part): Promise<Version[]>
  /** Adds a version that follows `after`. Undefined: another came in between, and nothing has changed. */
  write<Name extends Part>(part: Name, value: PartValue<Name>, why: string, after: number): Promise<Version | undefined>
  /** Reads everything anew at the next question. */
  forget(): void
}

const keptForMs = 2_000

/** The rules with those that operators wrote, compiled. A list that is gone has nobody on it. */
export function withOperator(rules: SendRules, lists: Lists, now: () => number): SendRules {
  if (!rules.rulesText) return rules
  const outcome = compileOperatorRules(
    rules.rulesText,
    namedLists(lists, now, () => true),
  )
  return 'rules' in outcome ? { ...rules, operator: outcome.rules } : rules
}

/** Lists as rules ask for them: those whose name is known. */
export function namedLists(
  lists: Lists,
  now: () => number,
  isKnown = (name: string) => lists.names.has(name),
): NamedLists {
  return (name) => (isKnown(name) ? { has: (value) => lists.has(name, value, now()) } : undefined)
}

/** The book over this store, on top of these rules. */
export function createGuardBook(deps: {
  db: Db
  clock: Pick<Clock, 'now'>
  rules: SendRules
  /** The keyed hash by which lists know a number. */
  refOf: (number: string) => string
}): GuardBook {
  const { db, clock, rules, refOf } = deps
  let kept: { at: Instant; book: Promise<{ rules: SendRules; lists: Lists }> } | undefined

  async function load(at: Instant) {
    const [settings, items] = await Promise.all([db.read(findSettings()), db.read(findListItems(at))])
    const lists = prepareLists(items, refOf)
    return { rules: withOperator(settings.reduce(applied, rules), lists, () => clock.now()), lists }
  }

  return {
    inForce() {
      const at = clock.now()
      if (!kept || at - kept.at >= keptForMs) {
        const book = load(at)
        // A read that fails is tried again by the next who asks.
        book.catch(() => {
          kept = undefined
        })
        kept = { at, book }
      }
      return kept.book
    },
    async read(part) {
      const [row] = await db.read(findVersions(part, 1))
      if (row) return { ...versionOf(row), value: JSON.parse(row.value) }
      return { version: 0, value: startOf(part, rules) as never, why: 'as Aval was started', created_at: 0 }
    },
    async versions(part) {
      return (await db.read(findVersions(part, 50))).map(versionOf)
    },
    async write(part, value, why, after) {
      const row = { part, value: JSON.stringify(value), why, created_at: clock.now() }
      const [added] = await db.unit(function* () {
        return yield* all(addSetting(row, after))
      })
      kept = undefined
      return added && versionOf(added)
    },
    forget() {
      kept = undefined
    },
  }
}

function versionOf({ version, value, why, created_at }: SettingRow): Version {
  return { version, value: JSON.parse(value), why, created_at }
}

/** The rules with what was set of one part. A version that today's Aval cannot read is passed over. */
function applied(rules: SendRules, { part, value }: SettingRow): SendRules {
  if (!Object.hasOwn(parts, part)) return rules
  const read = parts[part as Part].safeParse(JSON.parse(value))
  return read.success ? withPart(rules, part as Part, read.data as PartValue<Part>) : rules
}
