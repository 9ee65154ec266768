import * as z from 'zod'
import { fromHex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import type { LedgerRecord } from '../../events/index.js'
import { type BundleOpening, bundleFiles, DETACHED_FILES, MANIFEST_FILE, zip } from '../../evidence/index.js'
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
  /** The rebuilt archive: the files folded from the log, with the detached files of the given bundle. */
  readonly bytes: Uint8Array
}

const manifestShape = z.object({
  run: z.object({ id: z.string().min(1) }),
  completeAsOf: z.object({ position: z.string().regex(/^(0|[1-9][0-9]{0,15})$/) }),
})
const openingsShape = z.array(
  z.object({ position: z.string(), pointer: z.string(), salt: z.string(), value: z.json() }),
)

/**
 * Builds a bundle again from the log alone and compares it byte for byte, all files but the detached ones. Embedded
 * artefacts and openings are taken from the bundle: records name the first by digest and commit to the second, and
 * both are checked against the log.
 */
export async function rebuildBundle(archive: Uint8Array, source: LogSource): Promise<Rebuilt> {
  const given = readZip(archive)
  const manifest = manifestShape.safeParse(json(given, MANIFEST_FILE))
  if (!manifest.success)
    throw new ClyraError('BUNDLE_MALFORMED', 'the bundle has no manifest that names run and position')
  const run = manifest.data.run.id
  const position = Number(manifest.data.completeAsOf.position)
  if (position >= source.size) {
    const message = `the bundle was made at position ${position}; this log ends before it, at ${source.size}`
    return { run, compared: [], difference: message, bytes: archive }
  }
  const records: LedgerRecord[] = []
  for await (const record of source.records(position)) records.push(record)
  const evidence = await collectFromRecords(records, run, given.get('checkpoint') ?? new Uint8Array())
  const { files } = bundleFiles(evidence, renderContent(evidence, embeddedIn(given), openingsIn(given)))
  const detached = new Set<string>(DETACHED_FILES)
  const compared = [...new Set([...files.keys(), ...given.keys()])].filter((name) => !detached.has(name)).sort()
  const difference =
    compared.map((name) => differenceOf(name, given.get(name), files.get(name))).find((text) => text !== null) ?? null
  const kept = [...given].filter(([name]) => detached.has(name))
  const bytes = zip(new Map([...[...files].filter(([name]) => !detached.has(name)), ...kept]))
  return { run, compared, difference, bytes }
}

function embeddedIn(given: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const prefix = 'artifacts/'
  return new Map(
    [...given].flatMap(([name, bytes]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), bytes]] : [])),
  )
}

function openingsIn(given: ReadonlyMap<string, Uint8Array>): BundleOpening[] {
  if (!given.has('openings.json')) return []
  const parsed = openingsShape.safeParse(json(given, 'openings.json'))
  if (!parsed.success) throw new ClyraError('BUNDLE_MALFORMED', 'openings.json does not have its form')
  return parsed.data.map(({ position, pointer, salt, value }) => ({
    position: Number(position),
    pointer,
    salt: fromHex(salt),
    value,
  }))
}

function json(given: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(given.get(name) ?? new Uint8Array()).toString('utf8'))
  } catch {
    throw new ClyraError('BUNDLE_MALFORMED', `${name} of the bundle is not JSON`)
  }
}

function differenceOf(name: string, given: Uint8Array | undefined, rebuilt: Uint8Array | undefined): string | null {
  if (given === undefined) return `${name} is missing in the bundle`
  if (rebuilt === undefined) return `${name} is in the bundle, and the log makes no such file`
  if (Buffer.compare(given, rebuilt) === 0) return null
  const at = given.findIndex((byte, index) => byte !== rebuilt[index])
  return `${name} differs from byte ${at === -1 ? given.length : at} on (${given.length} bytes given, ${rebuilt.length} rebuilt)`
}
