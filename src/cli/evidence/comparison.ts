import * as z from 'zod'
import type { NotRebuilt } from '../../replay/index.js'
import { decimal, digest } from '../ledger/record-document.js'

/** What of a comparison was left out: it was made by another version, and only that one can make it again. */
export const notRebuilt = z.strictObject({
  what: z.string(),
  madeBy: z.strictObject({ name: z.string(), version: z.number().int() }).nullable(),
  release: z.string().nullable(),
})

export const digestsDocument = z.strictObject({
  origin: z.string(),
  /** How many records were folded. */
  records: decimal,
  digests: z.array(
    z.strictObject({
      projection: z.string(),
      version: z.number().int().min(1),
      partition: z.string(),
      digest,
    }),
  ),
})

/** What a replay was compared with, and what came of it. */
export interface Comparison {
  readonly result: 'equal' | 'equal-but-for' | 'different' | 'nothing-to-compare'
  readonly comparedWith: 'bundle' | 'file' | 'stored' | 'nothing'
  readonly difference: string | null
  readonly notCompared: readonly NotRebuilt[]
}

export const NOTHING_STORED: Comparison = {
  result: 'nothing-to-compare',
  comparedWith: 'nothing',
  difference: null,
  notCompared: [],
}

/** "digest of run, made by run 2: release 0.1 can make it again". */
export function leftOut({ what, madeBy, release }: NotRebuilt): string {
  if (release !== null) return `${what}${made(madeBy)}: release ${release} can make it again`
  if (madeBy !== null)
    return `${what}${made(madeBy)}: only another release can make it again, and this one does not know which`
  return `${what}: there is none to compare with`
}

const made = (maker: NotRebuilt['madeBy']) => (maker === null ? '' : `, made by ${maker.name} ${maker.version}`)
