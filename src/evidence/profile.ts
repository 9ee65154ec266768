import type { JsonValue } from '../canonical/index.js'
import type { Projection } from '../events/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { Maker, ManifestSubject } from './manifest.js'

/**
 * A kind of bundle as one value: which streams it claims, what is folded of their records, what its manifest says, and who
 * renders it. Builder, replay and report take it as it is; whoever adds a profile changes none of them.
 */
export interface Profile<State extends JsonValue = JsonValue, View = unknown> {
  /** `profile` of the manifest. */
  readonly name: string
  /** The stream that a bundle of this run is about. */
  stream(run: string): string
  /** Every stream that it must claim, sorted; `stream(run)` is one of them. */
  claims(run: string): readonly string[]
  /** Folded over the bundle's records; its parts stand in the manifest with their digests. */
  readonly projection: Projection<State, View>
  /** What the manifest says of the run: all of it follows from the records. */
  manifest(state: State): ManifestSubject
  readonly renderer: Renderer<State>
  /** What earlier releases made otherwise, newest first, so that whoever cannot make it again can say who can. */
  readonly earlier: readonly EarlierRelease[]
}

/** Makes `report.html`: a pure function of state and parts, the same bytes each time. */
export interface Renderer<State extends JsonValue> extends Maker {
  render(state: State, parts: ReportParts): string
}

/** What of a bundle its report shows beside the folded records. */
export interface ReportParts {
  readonly checkpoint: { readonly size: bigint; readonly root: Uint8Array }
  /** The digests of the artefacts that lie in the bundle, sorted. */
  readonly embedded: readonly string[]
  readonly openings: readonly BundleOpening[]
}

/** The makers of a release. */
export interface EarlierRelease {
  readonly release: string
  /** Null: it did not name its renderer in the manifest. */
  readonly renderer: Maker | null
  readonly folds: readonly Maker[]
}
