import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { hex } from '../../../canonical/index.js'
import { type ErrorCode, isClyraError } from '../../../errors/index.js'
import {
  type AppendResult,
  createLedger,
  fsckLedger,
  type LedgerHandle,
  type LedgerPorts,
  type LedgerReaderHandle,
  openLedger,
  openLedgerReader,
  type StreamAppend,
} from '../../../ledger/index.js'
import { rootOf } from '../../../merkle/index.js'
import type { LogStore, StoredRecord } from '../../../ports/index.js'
import { checkLedger } from '../check-ledger.js'
import { collect } from '../collect.js'
import type { FaultFixture } from './fault-fixture.js'
import { type Fault, FaultPlan, type Step } from './fault-plan.js'
import { FAULT_SCRIPT, type Operation } from './fault-script.js'
import { faultyPorts } from './faulty-ports.js'
import { ReaderWatch } from './reader-watch.js'
import { Witness } from './witness.js'

/** What a caller may be told of an injected fault. Anything else is a fault of the ledger's own. */
const NAMED: readonly ErrorCode[] = ['STORE_FAILED', 'SEAL_FAILED', 'IO_FAILED']

interface Acknowledged {
  readonly appends: readonly StreamAppend[]
  readonly results: readonly AppendResult[]
}

/**
 * Runs the script on a new place with at most one fault; then opens the ledger again and holds it to the rule. Gives
 * the steps that the run went through. Rejects (AssertionError) where the rule does not hold.
 */
export async function runWithFault(fixture: FaultFixture, fault?: Fault): Promise<readonly Step[]> {
  const run = new FaultRun(fixture, fault)
  try {
    await run.script()
    await run.recover()
    return run.plan.steps
  } finally {
    await run.end()
  }
}

class FaultRun {
  readonly plan: FaultPlan
  readonly #fixture: FaultFixture
  readonly #fault: Fault | undefined
  readonly #witness = new Witness()
  readonly #watch = new ReaderWatch()
  readonly #acknowledged: Acknowledged[] = []
  readonly #unanswered: (readonly StreamAppend[])[] = []
  /** What the backend told of when it was opened. */
  readonly #warnings: string[] = []
  #writer: LedgerHandle | undefined
  #reader: LedgerReaderHandle | undefined

  constructor(fixture: FaultFixture, fault: Fault | undefined) {
    this.#fixture = fixture
    this.#fault = fault
    this.plan = new FaultPlan(fault)
  }

  /** Until its end, or the end of the process. */
  async script(): Promise<void> {
    await this.#openTwice()
    for (const operation of FAULT_SCRIPT) {
      if (!this.plan.ended) await this.#do(operation)
      if (!this.plan.ended) await this.#look()
    }
    await this.#close()
    if (this.#fault !== undefined) assert.ok(this.plan.failed, `step ${this.#fault.at} did not come about`)
  }

  /** Opens the ledger in a new process, without a fault. */
  async recover(): Promise<void> {
    const ledger = await this.#openOrCreate()
    const torn = this.plan.failed?.name === 'store.append' && this.#fault?.kind === 'partly persisted'
    if (torn) assert.ok(this.#warnings.length > 0, 'a torn append was set aside in silence')
    await this.#watch.recheck(ledger)
    await this.#checkAcknowledged(ledger)
    await this.#repeatUnanswered(ledger)
    await checkLedger(ledger)
    await ledger.evidenceSigner()
    await this.#checkWitness(ledger)
    await this.#close()
    await (this.#fixture.verify?.() ?? this.#fsck())
  }

  /** Releases whatever is open. */
  async end(): Promise<void> {
    await this.#close()
    await this.#reader?.close()
    await this.#fixture.dispose()
  }

  async #do(operation: Operation): Promise<void> {
    if (operation.kind === 'reopen') {
      await this.#close()
      return this.#openTwice()
    }
    const ledger = this.#writer
    assert.ok(ledger)
    if (operation.kind === 'append') {
      await Promise.all(operation.appends.map((appends) => this.#append(ledger, appends)))
      return
    }
    await this.#twice(() => operation.call(ledger))
  }

  async #append(ledger: LedgerHandle, appends: readonly StreamAppend[]): Promise<void> {
    const done = await this.#twice(async () => {
      const results = await ledger.appendMany(appends)
      this.#acknowledged.push({ appends, results })
    })
    if (!done) this.#unanswered.push(appends)
  }

  /** What failed is tried once more, as a caller would; then it is done, unless the log takes no more appends. */
  async #twice(call: () => Promise<unknown>): Promise<boolean> {
    if (await this.#attempt(call())) return true
    if (this.plan.ended) return false
    if (await this.#attempt(call())) return true
    assert.equal(this.plan.failed?.name, 'store.append', 'what failed once fails again')
    return false
  }

  /** False where it was refused because of the fault. */
  async #attempt(promise: Promise<unknown>): Promise<boolean> {
    try {
      await promise
      return true
    } catch (error) {
      this.#assertNamed(error)
      return false
    }
  }

  /** Nothing is expected of a process that has ended. */
  #assertNamed(error: unknown): void {
    if (this.plan.ended) return
    const named = this.plan.failed !== undefined && isClyraError(error) && NAMED.includes(error.code)
    if (!named) throw error
  }

  /** A ledger that could not be opened because of the fault can be opened the next time. */
  async #openTwice(): Promise<void> {
    const opened = await this.#attempt(this.#openOrCreate(this.plan))
    if (!opened && !this.plan.ended) await this.#openOrCreate(this.plan)
  }

  async #openOrCreate(plan = new FaultPlan()): Promise<LedgerHandle> {
    const onWarning = () => undefined
    // Nothing is sealed and no heads record comes but where the script asks for it: each run takes the same steps.
    const options = { onWarning, sealDelayMs: 1_000_000, headsEveryRecords: 1_000_000 }
    const open = async (how: (ports: LedgerPorts) => Promise<LedgerHandle>) => {
      const below = this.#witness.watch(await this.#fixture.openPorts((warning) => this.#warnings.push(warning)))
      const { tear } = this.#fixture
      const faulty = faultyPorts(below, plan, 'cannot' in tear ? undefined : tear)
      const ports = this.#fixture.between?.(faulty) ?? faulty
      try {
        this.#writer = await how(ports)
        return this.#writer
      } catch (error) {
        await ports.index.close()
        await ports.store.close()
        throw error
      }
    }
    try {
      return await open((ports) => openLedger(ports, options))
    } catch (error) {
      if (!isClyraError(error, 'LEDGER_NOT_FOUND')) throw error
      const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
      return open((ports) => createLedger(ports, { ...options, random, origin: 'faults.example' }))
    }
  }

  async #close(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    if (writer !== undefined) await this.#attempt(writer.close())
  }

  async #look(): Promise<void> {
    this.#reader ??= await openLedgerReader(await this.#fixture.openReaderPorts())
    await this.#watch.look(this.#reader)
  }

  /** What was acknowledged is where it was said to be. */
  async #checkAcknowledged(ledger: LedgerHandle): Promise<void> {
    for (const { appends, results } of this.#acknowledged) {
      for (const [i, { positions, ids }] of results.entries()) {
        assert.deepEqual(await ledger.positionsOf(ids), positions, `acknowledged and lost: ${appends[i]!.stream}`)
      }
    }
  }

  /** What was not answered is there whole or not at all, and to repeat it gives one copy. */
  async #repeatUnanswered(ledger: LedgerHandle): Promise<void> {
    for (const appends of this.#unanswered) {
      const ids = appends.flatMap(({ events }) => (events as readonly { readonly id: string }[]).map(({ id }) => id))
      const there = (await ledger.positionsOf(ids)).filter((position) => position !== undefined).length
      assert.ok(there === 0 || there === ids.length, `${there} of the ${ids.length} records of a batch are there`)
      const size = await ledger.size()
      for (const { replayed } of await ledger.appendMany(appends)) assert.equal(replayed, there > 0)
      assert.equal(await ledger.size(), there > 0 ? size : size + BigInt(ids.length))
    }
  }

  /** Whatever was signed or published at any time is the beginning of this log. */
  async #checkWitness(ledger: LedgerHandle): Promise<void> {
    assert.deepEqual(this.#witness.violations, [])
    const leaves = (await collect(ledger.readAll())).map(({ leaf }) => leaf)
    for (const { size, root } of this.#witness.seen) {
      assert.ok(size <= leaves.length, `${size} records were signed, ${leaves.length} are left`)
      assert.equal(hex(rootOf(leaves.slice(0, size))), hex(root), `what was signed at ${size} is not in the log`)
    }
  }

  async #fsck(): Promise<void> {
    const { store, index, tiles, checkpoints } = await this.#fixture.openReaderPorts()
    const result = await fsckLedger({ records: () => everyRecord(store), store, index, tiles, checkpoints }, true)
    assert.deepEqual(result.findings, [])
    await index.close()
    await store.close()
  }
}

async function* everyRecord(store: LogStore): AsyncIterable<StoredRecord> {
  const head = await store.head()
  for (let from = 0; from < head; ) {
    const records = await store.read({ from, limit: 256 })
    yield* records
    from += records.length
  }
}
