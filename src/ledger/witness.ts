import type { LedgerCore } from './ledger-core.js'
import {
  type Contradiction,
  findContradictions,
  type RememberedSeal,
  recallSeals,
  rolledBack,
} from './remembered-seals.js'
import type { RestoredTree } from './restore-tree.js'

/** To go on knowingly with a copy, or with a ledger that was set back. */
export interface AdoptOptions {
  /** It is known to be a copy: that is recorded also where nothing is missing. */
  readonly copy: boolean
}

/** What was recorded when a ledger was told to go on. */
export interface Adoption {
  /** Records that it held. */
  readonly had: number
  /** Positions that stand for lost records. */
  readonly lost: number
  readonly givenUp: readonly Contradiction[]
}

/** The most lost positions that are filled with a word for each, in one frame. */
const MOST_LOST = 20_000

/** Holds what is remembered of a ledger against its tree, while it is opened for writing. */
export class Witness {
  readonly #core: LedgerCore
  readonly #seals: readonly RememberedSeal[]
  readonly #adopting: boolean
  contradictions: readonly Contradiction[] = []

  private constructor(core: LedgerCore, seals: readonly RememberedSeal[], adopting: boolean) {
    this.#core = core
    this.#seals = seals
    this.#adopting = adopting
  }

  static async of(
    core: LedgerCore,
    options: { readonly adopt?: AdoptOptions | undefined; readonly onWarning: (message: string) => void },
  ): Promise<Witness> {
    const { memory } = core.ports
    const { identity, key } = core.genesis
    const seals = memory === undefined ? [] : await recallSeals(memory, identity, key, options.onWarning)
    return new Witness(core, seals, options.adopt !== undefined)
  }

  /** Rejects with LEDGER_ROLLED_BACK where the log does not bear out what was signed, unless it may go on. */
  async look(tree: RestoredTree): Promise<void> {
    this.contradictions = await findContradictions(this.#core, this.#seals, tree)
    if (this.contradictions.length === 0) return
    if (!this.#adopting || this.lost > MOST_LOST) throw rolledBack(this.contradictions)
  }

  /** Positions that were signed and that the log has not. */
  get lost(): number {
    return this.contradictions.reduce((most, { seal, had }) => Math.max(most, seal.size - had), 0)
  }

  /** A size up to which another root was signed: it gets no second one. */
  forkedAt(size: number): boolean {
    return this.contradictions.some(({ reason, seal }) => reason === 'forked' && size <= seal.size)
  }
}
