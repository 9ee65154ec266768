import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type VerifyOptions, type VerifyResult, verifyBundle, verifyTiles } from '@clyra/verify'

const FOLDER = fileURLToPath(new URL('../../spec/bundle/test-vectors/', import.meta.url))

/** What a vector's caller gives: bytes in base64, numbers as decimals (spec/bundle/SPEC.md, section 12). */
interface VectorOptions {
  readonly trust: readonly { readonly vkey: string; readonly genesis?: string }[]
  readonly origin?: string
  readonly genesis?: string
  readonly run?: string
  readonly checkpoints?: readonly string[]
  readonly keys?: readonly string[]
  readonly minSize?: string
  readonly maxAge?: number
  readonly now?: string
  readonly artifacts?: Readonly<Record<string, string>>
  readonly requireArtifacts?: boolean
  readonly requireCompleteRun?: boolean
  readonly requireWarehouse?: boolean
}

export interface Vector {
  readonly name: string
  readonly kind: 'bundle' | 'tiles'
  readonly path: string
  readonly options: VectorOptions
}

export function goldenVectors(): readonly Vector[] {
  const index: { readonly vectors: readonly Vector[] } = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8'))
  return index.vectors
}

/** What the verifier in TypeScript says of a vector. */
export async function verified({ kind, path, options }: Vector): Promise<VerifyResult> {
  if (kind === 'bundle') return await verifyBundle(read(path) ?? new Uint8Array(), given(options))
  return await verifyTiles((file) => read(`${path}/${file}`), { ...given(options), list: () => filesIn(path) })
}

/** The arguments that say the same to a command; files that it reads are written into `folder`. */
export function argumentsOf({ path, options }: Vector, folder: string): string[] {
  let count = 0
  mkdirSync(folder, { recursive: true })
  const file = (content: string | Uint8Array) => {
    const name = join(folder, `file-${++count}`)
    writeFileSync(name, content)
    return name
  }
  const { trust, origin, genesis, run, minSize, maxAge, now, checkpoints = [], keys = [], artifacts } = options
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
    ...keys.flatMap((data) => ['--keys', file(bytes(data))]),
    ...(artifacts === undefined ? [] : ['--artifacts', folder]),
    ...Object.entries(demanded).flatMap(([name, on]) => (on === true ? [`--${name}`] : [])),
  ]
}

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

function given({ artifacts, checkpoints, keys, minSize, now, ...rest }: VectorOptions): VerifyOptions {
  return {
    ...rest,
    ...(checkpoints && { checkpoints: checkpoints.map(bytes) }),
    ...(keys && { keys: keys.map(bytes) }),
    ...(minSize !== undefined && { minSize: BigInt(minSize) }),
    ...(now !== undefined && { now: new Date(now) }),
    ...(artifacts && {
      artifacts: (sha256: string) => {
        const data = artifacts[sha256]
        return data === undefined ? undefined : bytes(data)
      },
    }),
  }
}

function read(path: string): Uint8Array | undefined {
  const file = join(FOLDER, path)
  return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined
}

function filesIn(path: string): string[] {
  const folder = join(FOLDER, path)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}
