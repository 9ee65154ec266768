import type { JsonValue } from '../../../src/canonical/index.js'
import type { RunView } from '../../run/index.js'
import type { BundleView } from '../bundle-view.js'

/** What the page shows beside the folded records: values of the manifest, which follow from the ledger up to H. */
export interface ReportContext {
  /** Decimal: the checkpoint's size, H's position + 1. */
  readonly size: string
  /** Hex: the root of that size. */
  readonly root: string
  /** SHA-256 (hex) of the artefacts that lie in the bundle. */
  readonly embedded: readonly string[]
  /** The sealed values that the bundle shows. */
  readonly opened: readonly OpenedValue[]
}

/** A sealed value that is shown: the record's position, the pointer from the record's root, and the value. */
export interface OpenedValue {
  readonly position: string | number
  readonly pointer: string
  readonly value: JsonValue
}

/** Looks up what is shown of a record's sealed values. */
export class OpenedValues {
  readonly #values: ReadonlyMap<string, JsonValue>
  constructor(opened: readonly OpenedValue[]) {
    this.#values = new Map(opened.map(({ position, pointer, value }) => [`${position} ${pointer}`, value]))
  }

  /** Whether any value is shown at all. */
  get any(): boolean {
    return this.#values.size > 0
  }

  /** The text at `pointer` of the record at `position`; null where it is withheld or no text. */
  text(position: string, pointer: '/data/arguments' | '/data/message' | '/data/text'): string | null {
    const value = this.#values.get(`${position} ${pointer}`)
    return typeof value === 'string' ? value : null
  }
}

/** What every part of the page is made from. */
export interface Page {
  readonly view: BundleView
  readonly run: RunView
  readonly context: ReportContext
  readonly opened: OpenedValues
}
