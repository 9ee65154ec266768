import { type VerifyResult, verifyBundle, verifyTiles } from '../../src/index.js'
import { optionsOf } from './options-of.js'
import type { Vector } from './vector.js'

const found = new Map<string, Promise<VerifyResult>>()

/** What the verifier says of a vector: the same object to all who ask in this process. */
export function resultOf(vector: Vector): Promise<VerifyResult> {
  const name = `${vector.group}/${vector.name}`
  const known = found.get(name) ?? verified(vector)
  found.set(name, known)
  return known
}

function verified({ evidence, options }: Vector): Promise<VerifyResult> {
  return evidence instanceof Uint8Array
    ? verifyBundle(evidence, optionsOf(options))
    : verifyTiles((path) => evidence.get(path), { ...optionsOf(options), list: () => evidence.keys() })
}
