import type { JsonValue } from '../canonical/index.js'
import type { LedgerRecord, Projection } from '../events/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { Maker, ProfileMembers } from './manifest.js'

/**
 * A kind of bundle as one value: which streams it claims, what is folded of their records, what its manifest says, and who
 * renders it. Builder, replay and report take it as it is; whoever adds a profile changes none of them.
 */
export interface Profile<
  State extends JsonValue = JsonValue,
  View = unknown,
  Members extends ProfileMembers = ProfileMembers,
> {
  /** `profile` of the manifest. */
  readonly name: string
  /** The stream that a bundle of this run is about. */
  stream(run: string): string
  /**
   * Every stream that it must claim, sorted, each once; `stream(run)` and `ledger-keys` are among them. `records`: those of
   * `stream(run)`, in their order, which may name others.
   */
  claims(run: string, records: readonly LedgerRecord[]): readonly string[]
  /** What to do about a run of too many records: none can be left out of its bundle, but the next run can be of fewer. */
  readonly smaller: string
  /** Under whose key the values in these records are sealed; undefined where nobody's are. */
  subject(records: readonly LedgerRecord[]): string | undefined
  /** What these records name that lies in the artefact store. Of two that name one digest the last says the size. */
  artifacts(records: readonly LedgerRecord[]): readonly NamedArtifact[]
  /** Folded over the bundle's records; its parts stand in the manifest with their digests. */
  readonly projection: Projection<State, View>
  /** The members of the manifest beside those of every bundle: all of them follow from the records. */
  manifest(state: State): Members
  /** Members that bundles made before release 0.2, whose claims have no `kind`, do not have either. */
  readonly newer: readonly string[]
  readonly renderer: Renderer<State>
  /** What earlier releases made otherwise, newest first, so that whoever cannot make it again can say who can. */
  readonly earlier: readonly EarlierRelease[]
}

/** An artefact as a record names it. */
export interface NamedArtifact {
  readonly name: string
  /** Lower-case hex. */
  readonly sha256: string
  /** In bytes, decimal. */
  readonly size: string
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
