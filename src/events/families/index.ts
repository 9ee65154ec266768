import type * as z from 'zod'
import { anchor } from './anchor.js'
import { artifact } from './artifact.js'
import { dbt } from './dbt.js'
import { finding, findingUpcasters } from './finding.js'
import { ledger, ledgerUpcasters } from './ledger.js'
import { mcp } from './mcp.js'
import { metrics } from './metrics.js'
import { decision, receipt } from './receipt.js'
import { run, runUpcasters } from './run.js'
import { governance, payout } from './shapes.js'
import { snapshot } from './snapshot.js'
import { verdict } from './verdict.js'
import { window } from './window.js'

/** Every type of the `dev.clyra.` namespace with the schema of its data. */
export const FAMILIES = {
  ledger,
  run,
  dbt,
  anchor,
  snapshot,
  artifact,
  finding,
  metrics,
  receipt,
  verdict,
  mcp,
  window,
} as const

/** Shapes that several families have in common (`spec/common`). */
export const COMMON_SHAPES = { governance, payout, decision } as const

/** Each type that has a later version, with how to reach it. */
export const UPCASTERS = { ...findingUpcasters, ...ledgerUpcasters, ...runUpcasters } as const

type AllTypes = typeof ledger &
  typeof run &
  typeof dbt &
  typeof anchor &
  typeof snapshot &
  typeof artifact &
  typeof finding &
  typeof metrics &
  typeof receipt &
  typeof verdict &
  typeof mcp &
  typeof window
/** Type name -> data. `EventData['dev.clyra.run.started.v2']` is the data of that event. */
export type EventData = { [T in keyof AllTypes]: z.infer<AllTypes[T]> }
export type KnownType = keyof EventData
/** A type in its newest version: what producers write, and what every reader is given. */
export type CurrentType = Exclude<KnownType, keyof typeof UPCASTERS>
export {
  INTERRUPTED_EXIT_CODES,
  LATE_WORDS,
  STREAM_MEMBERS,
  VOICED_TYPES,
  VOIDED_BY_REREAD,
  voiceOfRecord,
} from './run-voices.js'
export type { SealedValue, Voice } from './shapes.js'
