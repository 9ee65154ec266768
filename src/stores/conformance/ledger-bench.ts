import type { Ledger, LedgerReader } from '../../ledger/index.js'
import { checkLedger } from './check-ledger.js'
import type { LedgerFixture, LedgerFixtureOptions } from './ledger-factory.js'

/** A fixture that remembers what is open, so that each case can end in a check of the whole ledger. */
export class LedgerBench {
  readonly fixture: LedgerFixture
  readonly #open = new Set<LedgerReader>()

  constructor(fixture: LedgerFixture) {
    this.fixture = fixture
  }

  async create(options?: LedgerFixtureOptions): Promise<Ledger> {
    return this.#remember(await this.fixture.createLedger(options))
  }

  /** Closes what is open and opens the ledger again for writing. */
  async reopen(options?: LedgerFixtureOptions): Promise<Ledger> {
    await this.closeAll()
    return this.#remember(await this.fixture.openLedger(options))
  }

  async reader(options?: LedgerFixtureOptions): Promise<LedgerReader> {
    return this.#remember(await this.fixture.openReader(options))
  }

  async closeAll(): Promise<void> {
    // Readers first: a writer may seal and tidy up when it closes.
    const open = [...this.#open].reverse()
    this.#open.clear()
    for (const ledger of open) await ledger.close()
  }

  /** The whole ledger, opened again, against the definitions; then with the backend's own check. */
  async verify(): Promise<void> {
    const ledger = await this.reopen()
    await checkLedger(ledger)
    await this.closeAll()
    await this.fixture.verify?.()
  }

  async dispose(): Promise<void> {
    await this.closeAll()
    await this.fixture.dispose()
  }

  #remember<Handle extends LedgerReader>(ledger: Handle): Handle {
    this.#open.add(ledger)
    return ledger
  }
}
