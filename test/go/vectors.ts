import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type VerifyResult, verifyBundle, verifyTiles } from '@clyra/verify'
import { optionsOf } from '../../verifier/ts/test/vectors/options-of.js'
import type { VectorOptions } from '../../verifier/ts/test/vectors/vector.js'

const FOLDER = fileURLToPath(new URL('../../spec/bundle/test-vectors/', import.meta.url))

/** One golden vector as index.json states it. */
export interface Vector {
  readonly name: string
  readonly kind: 'bundle' | 'tiles'
  readonly path: string
  readonly options: VectorOptions
}

/** One archive, or the files of a tiles directory, with what the caller gives. */
export interface Case {
  readonly evidence: Uint8Array | ReadonlyMap<string, Uint8Array>
  readonly options: VectorOptions
}

export function goldenVectors(): readonly Vector[] {
  const index: { readonly vectors: readonly Vector[] } = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8'))
  return index.vectors
}

export const caseOf = ({ kind, path, options }: Vector): Case => ({
  evidence: kind === 'bundle' ? read(path) : new Map(filesIn(path).map((file) => [file, read(`${path}/${file}`)])),
  options,
})

/** What the verifier in TypeScript says of a case. */
export async function verified({ evidence, options }: Case): Promise<VerifyResult> {
  if (evidence instanceof Uint8Array) return await verifyBundle(evidence, optionsOf(options))
  const list = () => [...evidence.keys()]
  return await verifyTiles((path) => evidence.get(path), { ...optionsOf(options), list })
}

/** A result without what is for people: members in one order, checks without details, warnings by their codes. */
export function comparable(result: VerifyResult): Record<string, unknown> {
  const checks = result.checks.map(({ name, result, code }) => ({ code, name, result }))
  const warnings = result.warnings.map(({ code }) => code).sort()
  const parts: Record<string, unknown> = { ...result, checks, warnings }
  return JSON.parse(JSON.stringify(parts, (_, value) => (isPlainObject(value) ? sortedByName(value) : value)))
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sortedByName = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Whether the options can be given to a command, which takes no key records. */
export const isForCommands = ({ options }: Vector) =>
  options.keys?.every((source) => typeof source === 'string') ?? true

/** The arguments that say the same to a command; files that it reads are written into `folder`. */
export function argumentsOf({ path, options }: Vector, folder: string): string[] {
  let count = 0
  mkdirSync(folder, { recursive: true })
  const file = (content: string | Uint8Array) => {
    const name = join(folder, `file-${++count}`)
    writeFileSync(name, content)
    return name
  }
  const { trust = [], origin, genesis, run, minSize, maxAge, now, checkpoints = [], keys = [], artifacts } = options
  const pins = trust.map((pin) => `${pin.vkey} ${pin.genesis ?? ''}\n`).join('')
  const values = Object.entries({ origin, genesis, run, now, 'min-size': minSize, 'max-age': maxAge })
  const demanded = {
    'require-artifacts': options.requireArtifacts,
    'require-complete-run': options.requireCompleteRun,
    'require-warehouse': options.requireWarehouse,
  }
  if (artifacts !== undefined)
    for (const [sha256, data] of Object.entries(artifacts)) writeFileSync(join(folder, sha256), bytes(data))
  return [
    join(FOLDER, path),
    ...['--trust', file(pins)],
    ...values.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...checkpoints.flatMap((data) => ['--checkpoint', file(bytes(data))]),
    ...keys.flatMap((data) => (typeof data === 'string' ? ['--keys', file(bytes(data))] : [])),
    ...(artifacts === undefined ? [] : ['--artifacts', folder]),
    ...Object.entries(demanded).flatMap(([name, on]) => (on === true ? [`--${name}`] : [])),
  ]
}

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const read = (path: string) => new Uint8Array(readFileSync(join(FOLDER, path)))

function filesIn(path: string): string[] {
  const folder = join(FOLDER, path)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}
