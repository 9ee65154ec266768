/**
 * What the platform does faster than this package, where there is such a platform: Node gives its built-in modules to
 * code that does not import them (`process.getBuiltinModule`), browsers have none. Nothing here decides anything: each
 * function has a counterpart in this package that gives the same bytes, and tests compare the two.
 */
export interface Platform {
  /** SHA-256 in 32 bytes. */
  readonly sha256: ((bytes: Uint8Array) => Uint8Array) | undefined
  /** CRC-32 of ZIP. */
  readonly crc32: ((bytes: Uint8Array) => number) | undefined
}

/** The little that is asked of Node's modules; each may be missing in a version or another platform. */
interface Builtins {
  readonly 'node:crypto': { readonly hash?: (algorithm: string, data: Uint8Array, encoding: string) => unknown }
  readonly 'node:zlib': { readonly crc32?: (data: Uint8Array) => number }
}

export const PLATFORM: Platform = { sha256: platformSha256(), crc32: builtin('node:zlib')?.crc32 }

function builtin<M extends keyof Builtins>(name: M): Builtins[M] | undefined {
  // Any member may be absent: the platform is unknown. What is called below is checked by its results in tests.
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name) as Builtins[M] | undefined
}

function platformSha256(): Platform['sha256'] {
  const hash = builtin('node:crypto')?.hash
  if (hash === undefined) return undefined
  return (bytes) => {
    // One Latin-1 character for each byte: quicker than a buffer, which is allocated outside the heap.
    const digest = hash('sha256', bytes, 'latin1') as string
    const out = new Uint8Array(32)
    for (let i = 0; i < 32; i++) out[i] = digest.charCodeAt(i)
    return out
  }
}
