/** What the page shows beside the folded records: values of the manifest, which follow from the ledger up to H. */
export interface ReportContext {
  /** Decimal: the checkpoint's size, H's position + 1. */
  readonly size: string
  /** Hex: the root of that size. */
  readonly root: string
  /** SHA-256 (hex) of the artefacts that lie in the bundle. */
  readonly embedded: readonly string[]
}
