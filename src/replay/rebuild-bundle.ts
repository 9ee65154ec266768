import * as z from 'zod'
import type { JsonValue } from '../canonical/index.js'
import { type LedgerRecord, partsOf } from '../events/index.js'
import {
  bundleFiles,
  collectFromRecords,
  DETACHED_FILES,
  derive,
  MANIFEST_FILE,
  type Profile,
  zip,
} from '../evidence/index.js'
import { embeddedIn, maker, openingsIn, shaped } from './bundle-contents.js'
import type { LogSource } from './log-source.js'
import { isSame, namesOf } from './makers.js'
import { asGiven, type NotRebuilt, REPORT } from './not-rebuilt.js'
import { readZip } from './read-zip.js'

export interface Rebuilt {
  readonly run: string
  /** The files that came out of the log or differ from what did, sorted. */
  readonly compared: readonly string[]
  /** The first difference in words; null where every byte that could be made again is equal. */
  readonly difference: string | null
  /** What another version made, so that this program cannot make it again: taken from the bundle as it is. */
  readonly notRebuilt: readonly NotRebuilt[]
  /** Makes the rebuilt archive: the files folded from the log, with the detached files of the given bundle. */
  archive(): Uint8Array
}

const manifestShape = z.looseObject({
  profile: z.string(),
  run: z.object({ id: z.string().min(1) }),
  completeAsOf: z.object({ position: z.string().regex(/^(0|[1-9][0-9]{0,15})$/) }),
  claims: z.array(z.looseObject({})),
  projections: z.array(maker.extend({ digest: z.string() })),
  renderer: maker.optional(),
})

/** The profile that the manifest names, whether or not it is one that is known. Throws BUNDLE_MALFORMED. */
export function statedProfile(archive: Uint8Array): string {
  return shaped(readZip(archive), MANIFEST_FILE, z.looseObject({ profile: z.string() })).profile
}

/**
 * Builds a bundle again from the log alone and compares it byte for byte, all files but the detached ones. Embedded
 * artefacts and openings are taken from the bundle: records name the first by digest and commit to the second, and
 * both are checked against the log. What the manifest says was made by another renderer or fold, or another version of it, is
 * taken from the bundle too, and named: nobody but its maker can say whether it is right.
 */
export async function rebuildBundle<State extends JsonValue>(
  profile: Profile<State>,
  archive: Uint8Array,
  source: LogSource,
): Promise<Rebuilt> {
  const given = readZip(archive)
  const manifest = shaped(given, MANIFEST_FILE, manifestShape)
  const run = manifest.run.id
  const different = (difference: string): Rebuilt => {
    return { run, compared: [], difference, notRebuilt: [], archive: () => archive }
  }
  if (manifest.profile !== profile.name)
    return different(`it is of the profile ${manifest.profile}, not ${profile.name}`)
  const position = Number(manifest.completeAsOf.position)
  if (position >= source.size)
    return different(`the bundle was made at position ${position}; this log ends before it, at ${source.size}`)
  const records: LedgerRecord[] = []
  for await (const record of source.records(position)) records.push(record)
  const evidence = await collectFromRecords(profile, records, run, given.get('checkpoint') ?? new Uint8Array())
  const shown = { embed: embeddedIn(given), openings: openingsIn(given) }
  const { derived, notRebuilt, lacking } = asGiven(profile, derive(profile, evidence, shown), {
    projections: manifest.projections,
    renderer: manifest.renderer ?? null,
    kinds: hasKinds(profile, manifest),
    report: given.get(REPORT),
  })
  const { files } = bundleFiles(evidence, shown, derived)
  const detached = new Set<string>(DETACHED_FILES)
  const isTaken = notRebuilt.some(({ what }) => what === REPORT)
  const compared = [...new Set([...files.keys(), ...given.keys()])]
    .filter((name) => !detached.has(name) && !(isTaken && name === REPORT))
    .sort()
  const differences = compared.flatMap((name) => {
    const text = differenceOf(name, given.get(name), files.get(name))
    return text === null ? [] : [{ name, text }]
  })
  // The manifest lists every other file with its digest: where one of those differs, that is what was changed.
  const cause = differences.find(({ name }) => name !== MANIFEST_FILE) ?? differences[0]
  const kept = [...given].filter(([name]) => detached.has(name))
  const again = [...[...files].filter(([name]) => !detached.has(name)), ...kept]
  const difference =
    cause === undefined && lacking.length > 0
      ? `${MANIFEST_FILE} lacks the digests of ${namesOf(lacking)}, which the release that made the others writes`
      : (cause?.text ?? null)
  return { run, compared, difference, notRebuilt, archive: () => zip(new Map(again)) }
}

/**
 * Whether the manifest is in the form of today. One of before has no kinds of claims and lacks the newer members; whatever
 * today's makers have made is in today's form, so that nobody leaves out what came since.
 */
function hasKinds<State extends JsonValue>(
  { newer, projection, renderer }: Pick<Profile<State>, 'newer' | 'projection' | 'renderer'>,
  manifest: z.infer<typeof manifestShape>,
): boolean {
  const today = partsOf(projection)
  const isOfToday =
    isSame(manifest.renderer ?? null, renderer) &&
    manifest.projections.every((one) => today.some((fold) => isSame(fold, one)))
  const claims = manifest.claims.some((claim) => 'kind' in claim)
  return isOfToday || claims || newer.some((member) => member in manifest)
}

function differenceOf(name: string, given: Uint8Array | undefined, rebuilt: Uint8Array | undefined): string | null {
  if (given === undefined) return `${name} is missing in the bundle`
  if (rebuilt === undefined) return `${name} is in the bundle, and the log makes no such file`
  if (Buffer.compare(given, rebuilt) === 0) return null
  const at = given.findIndex((byte, index) => byte !== rebuilt[index])
  return `${name} differs from byte ${at === -1 ? given.length : at} on (${given.length} bytes given, ${rebuilt.length} rebuilt)`
}
