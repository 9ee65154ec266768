import * as z from 'zod'
import { fromHex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { BundleOpening } from '../evidence/index.js'

/** The files of a bundle by name, as `readZip` gives them. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

/** Who made something, as a manifest names them. */
export const maker = z.object({ name: z.string(), version: z.number().int() })

const openingsShape = z.array(
  z.object({ position: z.string(), pointer: z.string(), salt: z.string(), value: z.json() }),
)
const ARTIFACTS = 'artifacts/'

/** The artefacts that lie in the bundle, by the digest that names them. */
export function embeddedIn(files: BundleFiles): Map<string, Uint8Array> {
  return new Map(
    [...files].flatMap(([name, bytes]) => (name.startsWith(ARTIFACTS) ? [[name.slice(ARTIFACTS.length), bytes]] : [])),
  )
}

/** The sealed values that the bundle shows. Throws BUNDLE_MALFORMED. */
export function openingsIn(files: BundleFiles): BundleOpening[] {
  if (!files.has('openings.json')) return []
  return shaped(files, 'openings.json', openingsShape).map(({ position, pointer, salt, value }) => ({
    position: Number(position),
    pointer,
    salt: fromHex(salt),
    value,
  }))
}

/** A JSON file of the bundle in its form. Throws BUNDLE_MALFORMED. */
export function shaped<T>(files: BundleFiles, name: string, shape: z.ZodType<T>): T {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(files.get(name) ?? new Uint8Array()).toString('utf8'))
  } catch {
    throw new ClyraError('BUNDLE_MALFORMED', `${name} of the bundle is not JSON`)
  }
  const parsed = shape.safeParse(content)
  if (parsed.success) return parsed.data
  throw new ClyraError('BUNDLE_MALFORMED', `${name} of the bundle does not have its form`)
}
