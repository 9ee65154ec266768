import * as z from 'zod'
import type { LedgerRecord } from '../../events/index.js'
import { bundleFiles, DETACHED_FILES, MANIFEST_FILE, zip } from '../../evidence/index.js'
import { embeddedIn, openingsIn, shaped } from './bundle-contents.js'
import { collectFromRecords } from './collect-from-records.js'
import type { LogSource } from './log-source.js'
import { readZip } from './read-zip.js'
import { renderContent } from './render-content.js'

export interface Rebuilt {
  readonly run: string
  /** The files that were compared, sorted. */
  readonly compared: readonly string[]
  /** The first difference in words; null where every byte is equal. */
  readonly difference: string | null
  /** Makes the rebuilt archive: the files folded from the log, with the detached files of the given bundle. */
  archive(): Uint8Array
}

const manifestShape = z.object({
  run: z.object({ id: z.string().min(1) }),
  completeAsOf: z.object({ position: z.string().regex(/^(0|[1-9][0-9]{0,15})$/) }),
  projections: z.array(z.object({ name: z.string(), version: z.number() })),
})

/**
 * Builds a bundle again from the log alone and compares it byte for byte, all files but the detached ones. Embedded
 * artefacts and openings are taken from the bundle: records name the first by digest and commit to the second, and
 * both are checked against the log.
 */
export async function rebuildBundle(archive: Uint8Array, source: LogSource): Promise<Rebuilt> {
  const given = readZip(archive)
  const manifest = shaped(given, MANIFEST_FILE, manifestShape)
  const run = manifest.run.id
  const position = Number(manifest.completeAsOf.position)
  if (position >= source.size) {
    const message = `the bundle was made at position ${position}; this log ends before it, at ${source.size}`
    return { run, compared: [], difference: message, archive: () => archive }
  }
  const records: LedgerRecord[] = []
  for await (const record of source.records(position)) records.push(record)
  const evidence = await collectFromRecords(records, run, given.get('checkpoint') ?? new Uint8Array())
  const content = renderContent(evidence, embeddedIn(given), openingsIn(given))
  const { files } = bundleFiles(evidence, content)
  const detached = new Set<string>(DETACHED_FILES)
  const compared = [...new Set([...files.keys(), ...given.keys()])].filter((name) => !detached.has(name)).sort()
  const differences = compared.flatMap((name) => {
    const text = differenceOf(name, given.get(name), files.get(name))
    return text === null ? [] : [{ name, text }]
  })
  const older = differences.every(({ name }) => RENDERED.has(name))
    ? otherVersion(manifest.projections, content.projections)
    : null
  // The manifest lists every other file with its digest: where one of those differs, that is what was changed.
  const cause = differences.find(({ name }) => name !== MANIFEST_FILE) ?? differences[0]
  const difference = cause === undefined ? null : (older ?? cause.text)
  const kept = [...given].filter(([name]) => detached.has(name))
  const again = [...[...files].filter(([name]) => !detached.has(name)), ...kept]
  return { run, compared, difference, archive: () => zip(new Map(again)) }
}

/** What another version of a projection makes otherwise of the same records. */
const RENDERED: ReadonlySet<string> = new Set([MANIFEST_FILE, 'report.html'])

interface Versioned {
  readonly name: string
  readonly version: number
}

/** Where the bundle was made by another version of a projection: that nothing but its rendering can tell them apart. */
function otherVersion(given: readonly Versioned[], ours: readonly Versioned[]): string | null {
  for (const { name, version } of ours) {
    const made = given.find((one) => one.name === name)
    if (made !== undefined && made.version !== version)
      return `report.html and the digests of states cannot be compared: the bundle was made with version ${made.version} of the projection ${name}, this program has version ${version}; the records and proofs are equal`
  }
  return null
}

function differenceOf(name: string, given: Uint8Array | undefined, rebuilt: Uint8Array | undefined): string | null {
  if (given === undefined) return `${name} is missing in the bundle`
  if (rebuilt === undefined) return `${name} is in the bundle, and the log makes no such file`
  if (Buffer.compare(given, rebuilt) === 0) return null
  const at = given.findIndex((byte, index) => byte !== rebuilt[index])
  return `${name} differs from byte ${at === -1 ? given.length : at} on (${given.length} bytes given, ${rebuilt.length} rebuilt)`
}
