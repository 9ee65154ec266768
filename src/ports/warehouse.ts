import type { DraftEvent } from '../events/index.js'

/**
 * A kind of warehouse that can be asked what a run did to it: one row of the program's registry, loaded where a profile
 * of dbt's names it.
 *
 * - `target` MUST decide from what it is given, and connect nowhere.
 * - `target` MUST NOT throw. What it lacks it names by a reason out of a closed list of its own, and it MUST NOT quote
 *   the profile.
 */
export interface WarehouseKind {
  /** dbt's name of the adapter: what stands as `type` in a profile. */
  readonly kind: string
  target(given: GivenTarget): FoundTarget
}

/** What there is to find a warehouse by. */
export interface GivenTarget {
  /** Of the target in dbt's profile; undefined where there is none. */
  readonly fields: ProfileFields | undefined
  /** A connection string that was configured for this kind: it goes before the profile. Holds secrets. */
  readonly address: string | undefined
  /** Where the client would look for what neither of them says. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** This machine's clock: the time of a reading that reached no server. */
  readonly now: () => Date
}

/** The first of these fields that has a value, literal or from the environment; undefined where none has one. */
export type ProfileFields = (...names: readonly string[]) => ProfileField

export type ProfileField = { readonly ok: true; readonly value: string | undefined } | NotGiven

export type FoundTarget =
  | {
      readonly ok: true
      /** The schema in which dbt builds by default. */
      readonly schema: string | undefined
      readonly warehouse: Warehouse
    }
  | NotGiven

/** Why there is no address that may be used. */
export interface NotGiven {
  readonly ok: false
  /** A label out of a closed list: it ends up in the record. */
  readonly reason: string
  /** The same for people: half a sentence. */
  readonly says: string
}

/**
 * One warehouse, as it is asked before and after a run.
 *
 * - It only reads: asking MUST change nothing in the warehouse.
 * - `before`, `after` and `doctor` MUST NOT reject (but where `isLate` does), and MUST end within their limit also where nothing answers.
 * - `before` and `after` each MUST give one anchor of their phase, first: where the warehouse stood, or `unavailable`
 *   with a code that says why not.
 * - The id of an anchor MUST follow from run and phase alone: the same reading handed in twice is one event.
 * - `before` MUST ask `isLate` with the time of its answer. Where that says that the run may have changed something by
 *   then, it MUST give an anchor that is `unavailable`, and nothing else.
 * - `after` MUST ask at once: it waits neither for `before` nor for `built`.
 * - An anchor MUST be `confirmed` or `contradicted` only against one that `before` gave.
 * - `after` MUST give one record for each relation that is built, in their order: what it is, or that it could not be
 *   read. Where no session could be opened at all, the anchor says so for all of them.
 * - Nothing that is given MUST hold a password or a key, and no draft the address in clear text.
 * - `doctor` MUST give at least one finding.
 */
export interface Warehouse {
  before(asked: AskedBefore): Promise<WarehouseReading>
  after(asked: AskedAfter): Promise<WarehouseReading>
  /** What `clyra doctor` says of it. */
  doctor(): Promise<readonly WarehouseFinding[]>
}

interface Asked {
  readonly run: string
  /** Schemas whose metadata is compared before and after. */
  readonly schemas: readonly string[]
  readonly limitMs: number
}

export interface AskedBefore extends Asked {
  readonly isLate: (readAt: Date) => Promise<boolean>
}

export interface AskedAfter extends Asked {
  /** What dbt says that it built. The limit stands still while it is waited for. Never rejects. */
  readonly built: Promise<readonly ClaimedRelation[]>
  /** The drafts of `before`. Never rejects. */
  readonly before: Promise<readonly DraftEvent[]>
  /** Milliseconds for looking for newest commits. */
  readonly commitsMs: number
}

/** A relation that the tool says it built. */
export interface ClaimedRelation {
  /** dbt's unique id. */
  readonly node: string
  /** [database, schema, identifier] exactly as they stand in the catalogue, not quoted. */
  readonly relation: readonly [string | null, string, string]
}

export interface WarehouseReading {
  readonly drafts: readonly DraftEvent[]
  /** How long the anchor took, and what was asked of relations; null for what was not asked. */
  readonly seconds: { readonly anchor: number | null; readonly relations: number | null }
}

/** One finding for `clyra doctor`, with a command to paste where there is something to do. */
export interface WarehouseFinding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  readonly fix: string | null
}
