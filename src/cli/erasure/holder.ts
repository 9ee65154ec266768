import { codedError } from '../../errors/index.js'

/** What can hold the key, the values or the text of a run. */
export const HOLDER_KINDS = ['vault', 'fingerprint-key', 'spool', 'artifacts', 'backup', 'handed-out', 'dbt'] as const

/**
 * What became of a holder: `erased` nothing of the run is left in it; `stays` something is, or may be, and the erasure is
 * not complete; `named` out of reach of any program (handed out) or not Clyra's own (dbt's files): somebody has to see
 * to it.
 */
export const HOLDER_STATES = ['erased', 'stays', 'named'] as const

export interface Holder {
  readonly kind: (typeof HOLDER_KINDS)[number]
  /** A path. */
  readonly where: string
  readonly state: (typeof HOLDER_STATES)[number]
  /** Why it stays, or what it is; null where there is nothing to say. */
  readonly why: string | null
}

/** Erases one holder; what stands in the way is told with it, and the other holders go on. */
export async function eraseHolder(
  kind: Holder['kind'],
  where: string,
  erase: () => Promise<string | null>,
): Promise<Holder> {
  try {
    return { kind, where, state: 'erased', why: await erase() }
  } catch (thrown) {
    const { message, code } = codedError(thrown)
    return { kind, where, state: 'stays', why: `${message} (${code})` }
  }
}
