import * as z from 'zod'
import type { NotRebuilt } from '../../replay/index.js'
import { decimal, digest } from '../ledger/record-document.js'

/** What of a comparison was left out: another release made it, and only that one can make it again. `known`: an earlier one. */
export const notRebuilt = z.strictObject({
  what: z.string(),
  madeBy: z.strictObject({ name: z.string(), version: z.number().int() }).nullable(),
  release: z.string().nullable(),
  known: z.boolean(),
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
  readonly result: 'equal' | 'equal-but-for' | 'not-compared' | 'different' | 'nothing-to-compare'
  readonly comparedWith: 'bundle' | 'file' | 'stored' | 'nothing'
  readonly difference: string | null
  readonly notCompared: readonly NotRebuilt[]
}

/**
 * What came of a comparison without a difference. What an earlier release made may be left out; what is of no release that
 * this one has succeeded may be anything: then the whole is not compared, whatever else is equal.
 */
export function resultOf(notCompared: readonly NotRebuilt[]): 'equal' | 'equal-but-for' | 'not-compared' {
  if (notCompared.length === 0) return 'equal'
  return notCompared.every(({ known }) => known) ? 'equal-but-for' : 'not-compared'
}

/** "NOT COMPARED (MAKER_UNKNOWN): this release does not know def-report 9." */
export function unknownMakers(notCompared: readonly NotRebuilt[]): string {
  const makers = notCompared.flatMap(({ known, madeBy }) => (known || madeBy === null ? [] : [madeBy]))
  const names = [...new Set(makers.map(({ name, version }) => `${name} ${version}`))]
  return `NOT COMPARED (MAKER_UNKNOWN): this release does not know ${names.join(', ')}; a later one may`
}

export const NOTHING_STORED: Comparison = {
  result: 'nothing-to-compare',
  comparedWith: 'nothing',
  difference: null,
  notCompared: [],
}

/** "digest of run, made by run 2: release 0.1 can make it again". */
export function leftOut({ what, madeBy, release, known }: NotRebuilt): string {
  if (release !== null) return `${what}${made(madeBy)}: release ${release} can make it again`
  if (!known) return `${what}${made(madeBy)}: no release that this one knows can make it again`
  if (madeBy !== null)
    return `${what}${made(madeBy)}: only an earlier release can make it again, and this one does not know which`
  return `${what}: there is none to compare with`
}

const made = (maker: NotRebuilt['madeBy']) => (maker === null ? '' : `, made by ${maker.name} ${maker.version}`)
