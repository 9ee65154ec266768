import { NotAdmitted, naiveAdmit } from './naive-json.js'
import { naiveDecimal, naiveInstant, schemaOf } from './naive-record.js'

/** The JSON documents of a bundle by their schemas in `spec/bundle/schemas`, with what a schema cannot say. */

type Check = (document: never) => boolean

const ascending = (keys: readonly string[]): boolean =>
  keys.every((key, i) => i === 0 || Buffer.compare(Buffer.from(keys[i - 1]!), Buffer.from(key)) < 0)

interface Proof {
  readonly positions: readonly string[]
  readonly size: string
}
interface Heads {
  readonly position: string
  readonly paths: readonly { readonly stream: string; readonly head: { readonly revision: string } | null }[]
}
interface Manifest {
  readonly size: string
  readonly run: { readonly reasons: readonly string[] }
  readonly completeAsOf: { readonly position: string; readonly recordedat: string }
  readonly claims: readonly { readonly stream: string; readonly head: { readonly revision: string } | null }[]
  readonly files: readonly { readonly path: string; readonly size: string }[]
  readonly external: readonly { readonly sha256: string; readonly size: string }[]
  readonly projections: readonly { readonly name: string }[]
  readonly performance?: Readonly<Record<'unlisted' | 'kept' | 'exceeded', string>>
}
const NOTHING_MEASURED = { unlisted: '0', kept: '0', exceeded: '0' }
type Openings = readonly { readonly position: string; readonly pointer: string }[]

const heads = (list: readonly { readonly head: { readonly revision: string } | null }[]) =>
  list.every(({ head }) => head === null || naiveDecimal(head.revision))

const DOCUMENTS: Readonly<Record<string, readonly [schema: ReturnType<typeof schemaOf>, code: string, rest: Check]>> = {
  'proof.json': [
    schemaOf('bundle/schemas/proof.schema.json'),
    'PROOF_MALFORMED',
    ({ positions, size }: Proof) => [...positions, size].every(naiveDecimal),
  ],
  'heads.json': [
    schemaOf('bundle/schemas/heads.schema.json'),
    'HEADS_MALFORMED',
    ({ position, paths }: Heads) =>
      naiveDecimal(position) && heads(paths) && ascending(paths.map(({ stream }) => stream)),
  ],
  'openings.json': [
    schemaOf('bundle/schemas/openings.schema.json'),
    'OPENINGS_MALFORMED',
    (openings: Openings) =>
      openings.every(({ position, pointer }) => naiveDecimal(position) && pointer.length <= 65_535) &&
      // UTF-16 units, as members of an object are ordered.
      openings.every(({ position, pointer }, i) => {
        const before = openings[i - 1]
        if (before === undefined || BigInt(before.position) < BigInt(position)) return true
        return before.position === position && before.pointer < pointer
      }),
  ],
  'manifest.dsse.json': [schemaOf('bundle/schemas/dsse-envelope.schema.json'), 'DSSE_MALFORMED', () => true],
  'manifest.json': [
    schemaOf('bundle/schemas/manifest.schema.json'),
    'MANIFEST_MALFORMED',
    (manifest: Manifest) =>
      [
        manifest.size,
        manifest.completeAsOf.position,
        ...manifest.files.map(({ size }) => size),
        ...manifest.external.map(({ size }) => size),
        ...[manifest.performance ?? NOTHING_MEASURED].flatMap(({ unlisted, kept, exceeded }) => [
          unlisted,
          kept,
          exceeded,
        ]),
      ].every(naiveDecimal) &&
      naiveInstant(manifest.completeAsOf.recordedat) &&
      heads(manifest.claims) &&
      ascending(manifest.run.reasons) &&
      ascending(manifest.claims.map(({ stream }) => stream)) &&
      ascending(manifest.files.map(({ path }) => path)) &&
      ascending(manifest.external.map(({ sha256 }) => sha256)) &&
      ascending(manifest.projections.map(({ name }) => name)),
  ],
}

/** The code under which a document is refused, undefined where it is well-formed. */
export function naiveDocument(file: string, bytes: Uint8Array): string | undefined {
  const [schema, code, rest] = DOCUMENTS[file]!
  try {
    naiveAdmit(bytes)
  } catch (error) {
    if (error instanceof NotAdmitted) return error.code
    throw error
  }
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
  if (file === 'manifest.json') {
    const { format, profile } = Object(document) as Record<string, unknown> // looked at member by member
    if (typeof document !== 'object' || typeof format !== 'string' || typeof profile !== 'string') return code
    if (format !== 'clyra.bundle/0' || !['def', 'pef'].includes(profile)) return 'FORMAT_UNSUPPORTED'
  }
  // The schema has just said that it has this shape.
  return schema(document) && rest(document as never) ? undefined : code
}
