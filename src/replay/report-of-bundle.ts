import * as z from 'zod'
import { fromHex, type JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { foldRecords, type LedgerRecord, RecordReader, upcast } from '../events/index.js'
import { MANIFEST_FILE, type Profile } from '../evidence/index.js'
import { HashedRecord, VerifiedRecord } from '../ledger/index.js'
import { type BundleFiles, embeddedIn, maker, openingsIn, shaped } from './bundle-contents.js'
import { anotherRenderer, REPORT } from './not-rebuilt.js'
import { readZip } from './read-zip.js'

export interface BundleReport<View> {
  readonly page: string
  readonly view: View
  /** Whether the bundle shows sealed values. */
  readonly opened: boolean
  /** Whether the bundle holds exactly this page. */
  readonly same: boolean
  /** Whether its manifest says that an earlier release made the page: the word of whoever made the bundle. */
  readonly earlierRelease: boolean
}

const manifestShape = z.object({
  run: z.object({ id: z.string().min(1) }),
  size: z.string().regex(/^[1-9][0-9]{0,15}$/),
  root: z.string().regex(/^[0-9a-f]{64}$/),
  projections: z.array(maker),
  renderer: maker.optional(),
})
const proofShape = z.object({ positions: z.array(z.string().regex(/^(0|[1-9][0-9]{0,15})$/)) })

/**
 * The report of a bundle, made again from its records: a page that somebody else put into it is never shown, because
 * whoever made the bundle could have written anything there. The bundle must have been found sound before.
 * Throws BUNDLE_MALFORMED.
 */
export function reportOfBundle<State extends JsonValue, View>(
  profile: Profile<State, View>,
  archive: Uint8Array,
): BundleReport<View> {
  const { projection, renderer } = profile
  const files = readZip(archive)
  const { run, size, root, projections, renderer: theirs } = shaped(files, MANIFEST_FILE, manifestShape)
  const openings = openingsIn(files)
  const state = foldRecords(projection, run.id, recordsIn(files))
  const page = renderer.render(state, {
    checkpoint: { size: BigInt(size), root: fromHex(root) },
    embedded: [...embeddedIn(files).keys()].sort(),
    openings,
  })
  const held = files.get(REPORT) ?? new Uint8Array()
  return {
    page,
    view: projection.render(state),
    opened: openings.length > 0,
    same: Buffer.compare(held, Buffer.from(page)) === 0,
    earlierRelease: anotherRenderer(profile, { renderer: theirs ?? null, projections })?.known === true,
  }
}

/** The records with the positions that `proof.json` gives their lines. */
function recordsIn(files: BundleFiles): LedgerRecord[] {
  const { positions } = shaped(files, 'proof.json', proofShape)
  const bytes = files.get('records.jsonl') ?? new Uint8Array()
  const reader = new RecordReader()
  const records: LedgerRecord[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start)
    const position = positions[records.length]
    if (end === -1 || position === undefined) throw malformed()
    const line = bytes.subarray(start, end)
    records.push(VerifiedRecord.of(HashedRecord.from(Number(position), line), upcast(reader.read(line))))
    start = end + 1
  }
  if (records.length !== positions.length) throw malformed()
  return records
}

function malformed(): ClyraError {
  return new ClyraError('BUNDLE_MALFORMED', 'the bundle does not have one position for each of its records')
}
