import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { readIfThere } from '../../../connectors/dbt/index.js'
import {
  type AnchorReading,
  anchorDraft,
  isProvisional,
  type RelationReading,
  relationDraft,
  type SchemaSnapshot,
  snapshotDraft,
} from '../../../connectors/postgres/index.js'
import { ClyraError } from '../../errors/index.js'
import type { DraftEvent } from '../../events/index.js'
import { isThere } from '../../system/index.js'

/** The recordings of real runs that belong to the package. Throws IO_FAILED where they are not installed. */
export function recordingsFolder(): { readonly project: string; readonly recorded: string } {
  const project = join(
    dirname(createRequire(import.meta.url).resolve('clyra/package.json')),
    'examples',
    'dbt-postgres',
  )
  const recorded = join(project, 'recorded')
  if (isThere(recorded)) return { project, recorded }
  throw new ClyraError('IO_FAILED', `the recordings of the demonstration are not installed (${recorded})`, {
    details: { path: recorded },
    fix: 'npm install clyra',
  })
}

const side = z.object({ anchor: z.unknown(), schemas: z.unknown() })
const anchorsShape = z.object({ before: side, after: side, relations: z.array(z.unknown()) })

/** What the Postgres connector read before and after the recorded run, as the drafts that it makes of it. */
export function recordedWarehouse(folder: string, run: string): DraftEvent[] {
  const bytes = readIfThere(join(folder, 'anchors.json'))
  if (bytes === undefined) return []
  const { before, after, relations } = anchorsShape.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  // The file was written from these types; what is wrong in it is refused when the event is appended.
  const first = anchorDraft(run, before.anchor as AnchorReading)
  const last = anchorDraft(run, after.anchor as AnchorReading, isProvisional(first) ? first : undefined)
  return [
    first,
    ...schemas(run, before.schemas),
    last,
    ...schemas(run, after.schemas),
    ...relations.map((reading) => relationDraft(run, reading as RelationReading)),
  ]
}

function schemas(run: string, snapshot: unknown): DraftEvent[] {
  return snapshot === null || snapshot === undefined ? [] : [snapshotDraft(run, snapshot as SchemaSnapshot)]
}
