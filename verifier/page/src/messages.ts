import type { Asked } from './asked.js'
import type { ShownRecord } from './evidence.js'
import type { Told } from './told.js'

/** What the page asks of its worker. */
export type Request =
  | { readonly kind: 'judge'; readonly file: Blob; readonly asked: Asked }
  | { readonly kind: 'records'; readonly from: number }
  /** The first record from `from` on, and then from the beginning, whose text holds this one. */
  | { readonly kind: 'find'; readonly text: string; readonly from: number }

/** What the worker answers, one answer to each request. */
export type Answer =
  | {
      readonly kind: 'judged'
      readonly told: Told
      readonly sha256: string | null
      readonly report: string | null
      readonly count: number
    }
  | { readonly kind: 'records'; readonly from: number; readonly records: readonly ShownRecord[] }
  | { readonly kind: 'not-found'; readonly text: string }
  /** The request, or the file, cannot be understood; or the verifier itself failed. */
  | { readonly kind: 'refused'; readonly message: string }

/** Records that are shown at once. */
export const SHOWN_AT_ONCE = 50
