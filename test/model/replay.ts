import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ClyraError } from '../../src/errors/index.js'
import { CompactRange } from '../../src/merkle/index.js'
import { copyOf, crashed, type Fate, type Medium, removeDirectory, segmentEnd, sizeOf, tearFrame } from './medium.js'
import { type Alterations, WritingProcess } from './process.js'
import type { ModelState, Step } from './traces.js'

/** Records of a batch by whose it is: the first three (genesis, key, heads), the clients', a heads record. */
const RECORDS: Readonly<Record<number, number>> = { 0: 0, 1: 2, 2: 1, 3: 3, 4: 1 }
const DOWN = 0
const OPEN = 4
/** The gates of the sealer's steps that change something, by the step's number in the model. */
const CHANGES: Readonly<Record<number, string>> = {
  1: 'write_tiles',
  2: 'keep',
  4: 'swap',
  6: 'publish',
  10: 'publish',
}

/** The code did not do what the model did. */
export class Divergence extends Error {}

/** Replays one trace of the model against the product: each action is let happen, then both states are compared. */
export class Replay {
  readonly #medium: Medium
  readonly #home: string
  readonly #alterations: Alterations
  readonly #keepIndex: boolean
  readonly #processes: (WritingProcess | undefined)[] = [undefined, undefined]
  readonly #gone: WritingProcess[] = []
  /** Where each frame of the log ends; only of a store in a directory. */
  #ends: number[]
  #directories = 0
  readonly #fates = new Map<number, Fate>()
  readonly #lost = new Set<number>()
  readonly #wanted: (number | undefined)[] = [undefined, undefined]
  readonly #acknowledged = new Map<number, readonly number[]>()
  #before: ModelState | undefined
  #stolen = false

  private constructor(medium: Medium, home: string, ends: number[], alterations: Alterations, keepIndex: boolean) {
    this.#medium = medium
    this.#home = home
    this.#ends = ends
    this.#alterations = alterations
    this.#keepIndex = keepIndex
  }

  /** Rejects with a `Divergence` that names the action. `home`: an empty directory of its own. */
  static async run(
    trace: readonly Step[],
    from: Medium,
    home: string,
    { alterations = {}, keepIndex = false }: { readonly alterations?: Alterations; readonly keepIndex?: boolean } = {},
  ): Promise<void> {
    const directory = from.directory === undefined ? undefined : join(home, 'state-0')
    const medium = await copyOf(from, directory)
    const ends = directory === undefined ? [] : [await segmentEnd(directory)]
    const replay = new Replay(medium, home, ends, alterations, keepIndex)
    try {
      for (const [at, step] of trace.entries()) {
        try {
          await replay.#take(step)
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          throw new Divergence(`step ${at}, ${step.action} of process ${step.by}: ${why}`)
        }
      }
      await replay.#compareRoots()
    } finally {
      await replay.#dispose()
    }
  }

  async #take(step: Step): Promise<void> {
    await this.#act(step)
    if (step.after === undefined) return
    await this.#processes[step.by]?.still()
    const difference = this.#difference(step.after, step.by)
    if (difference !== undefined) throw new Error(difference)
    this.#before = step.after
  }

  async #act({ action, by, argument, after }: Step): Promise<void> {
    const process = this.#processes[by]
    switch (action) {
      case 'open':
        return this.#open(by)
      case 'catch_up':
        process!.startOpening()
        return this.#reach(by, 'seal', 'look')
      case 'look':
      case 'look_signed':
      case 'write_tiles':
      case 'keep':
      case 'keep_flush':
      case 'swap':
      case 'swap_flush':
      case 'publish':
      case 'publish_flush':
        return this.#pass(by, 'seal', action)
      case 'republish':
        await this.#pass(by, 'seal', 'publish')
        return this.#pass(by, 'seal', 'publish_flush')
      case 'seal':
        if ((await process!.seal.still()) !== undefined) throw new Error('the code seals already')
        process!.startSeal()
        return this.#reach(by, 'seal', undefined)
      case 'seal_fails':
        await this.#reach(by, 'seal', undefined)
        process!.seal.fail(new ClyraError('IO_FAILED', 'injected'))
        return
      case 'submit':
        this.#wanted[by] = argument
        return
      case 'decide':
        process!.submit(this.#wanted[by]!)
        return
      case 'write':
        await this.#pass(by, 'append', action)
        await this.#reach(by, 'append', 'flush')
        this.#ends.push(await segmentEnd(this.#medium.directory!))
        return
      case 'append':
      case 'catch_up_again':
      case 'flush':
      case 'commit':
        return this.#pass(by, 'append', action)
      case 'write_refused':
      case 'commit_refused':
        await this.#pass(by, 'append', action === 'write_refused' ? 'write' : 'commit')
        await process!.append.still()
        if (process!.told.get(this.#wanted[by]!) !== 'failed')
          throw new Error('the code acknowledges what it appended without its lock')
        return
      case 'seal_refused':
        await this.#pass(by, 'seal', CHANGES[argument]!)
        // Where it was about to open, that is refused.
        if (after?.mode === DOWN) await this.#leave(by)
        return
      case 'steal':
        this.#stolen = true
        return rm(join(this.#medium.directory!, 'log', 'lock'))
      case 'flush_fails':
        await this.#reach(by, 'append', 'flush')
        process!.append.fail(new Error('injected: EIO'))
        return
      case 'append_fails':
        await this.#reach(by, 'append', argument === 0 ? 'append' : 'commit')
        process!.append.fail(new ClyraError('STORE_FAILED', 'injected'))
        return
      case 'look_up':
        await process!.writer!.core.refresh()
        return
      case 'kill':
      case 'give_up':
        // Beside one whose lock was taken away another one may be at work in the same directory.
        return this.#stolen ? this.#leave(by) : this.#crash([by])
      case 'power_loss':
        return this.#losePower()
      case 'damage':
        await tearFrame(this.#medium.directory!, this.#ends[argument - 1]!, this.#ends[argument]!)
        return
      case 'tear':
      case 'vanish':
        this.#fates.set(argument, action)
        return
      case 'lose':
        this.#lost.add(argument)
        return
      case 'survive':
        return
      default:
        throw new Error('an action that is not known here')
    }
  }

  async #open(by: 0 | 1): Promise<void> {
    if (!this.#keepIndex) this.#medium.index = undefined
    const process = new WritingProcess(this.#medium, this.#alterations)
    this.#processes[by] = process
    const { directory } = this.#medium
    try {
      await process.openLog()
    } catch (error) {
      process.refusal = error
      return
    }
    // A torn tail was moved away: what follows begins where the good part ends.
    if (directory === undefined) return
    const end = await segmentEnd(directory)
    this.#ends = this.#ends.filter((one) => one <= end)
  }

  /** A process that is gone while others go on; what it had open is closed, and nothing is written. */
  async #leave(by: 0 | 1): Promise<void> {
    const process = this.#processes[by]
    if (process === undefined) return
    process.kill()
    this.#processes[by] = undefined
    await process.store?.close()
  }

  async #crash(those: readonly (0 | 1)[]): Promise<void> {
    for (const by of those) {
      const process = this.#processes[by]
      if (process === undefined) continue
      process.kill()
      this.#gone.push(process)
      this.#processes[by] = undefined
      if (this.#keepIndex) this.#medium.index = process.index
    }
    await crashed(this.#medium, join(this.#home, `state-${++this.#directories}`), this.#ends, this.#fates)
    for (const [position, fate] of this.#fates) if (fate === 'vanish') this.#ends.length = position
    this.#fates.clear()
  }

  async #losePower(): Promise<void> {
    await this.#crash([0, 1])
    const { checkpoints, tiles } = this.#medium
    if (this.#lost.has(0)) checkpoints.latest = checkpoints.latestFlushed
    if (this.#lost.has(9)) tiles.files.set('checkpoint', checkpoints.publishedFlushed!)
    const ids = this.#before?.ids ?? []
    for (const size of this.#lost) {
      if (size === 0 || size === 9) continue
      const records = recordsOf(ids, size)
      const flushed = checkpoints.keptFlushed.get(records)
      if (flushed === undefined) checkpoints.kept.delete(records)
      else checkpoints.kept.set(records, flushed)
    }
    // What survived is on the device from now on.
    checkpoints.latestFlushed = checkpoints.latest
    checkpoints.publishedFlushed = tiles.files.get('checkpoint')
    for (const [size, note] of checkpoints.kept) checkpoints.keptFlushed.set(size, note)
    this.#lost.clear()
  }

  /** The code must stop at that gate, or at any, before it stops elsewhere or is done. */
  async #reach(by: 0 | 1, lane: 'append' | 'seal', gate: string | undefined): Promise<void> {
    const process = this.#processes[by]
    if (process === undefined) throw new Error('there is no such process')
    const at = await process[lane].still()
    if (at === undefined || at !== (gate ?? at))
      throw new Error(`the code is at ${at ?? 'no gate'}, not at ${gate ?? 'any'}`)
  }

  async #pass(by: 0 | 1, lane: 'append' | 'seal', gate: string): Promise<void> {
    await this.#reach(by, lane, gate)
    this.#processes[by]![lane].pass()
  }

  /** How the code's state differs from the model's. */
  #difference(model: ModelState, by: 0 | 1): string | undefined {
    const { checkpoints, tiles, log, directory } = this.#medium
    const records = (size: number) => recordsOf(model.ids, size)
    const pairs: [string, unknown, unknown][] = [
      ['signed', records(model.signed), sizeOf(checkpoints.latest)],
      ['published', records(model.published), sizeOf(tiles.files.get('checkpoint'))],
    ]
    if (directory === undefined) pairs.push(['length', records(model.length), log.records.length])
    this.#noteAnswers()
    for (const client of [1, 2]) {
      const told = this.#acknowledged.get(client)
      const first = model.ids.indexOf(client)
      // At the position where it stands, in both.
      if (model.clients[client - 1] === 2) pairs.push([`told ${client}`, records(first), told?.[0]])
      else pairs.push([`told ${client}`, undefined, told?.[0]])
    }
    const process = this.#processes[by]
    pairs.push(['refused', model.refused, process?.refusal !== undefined])
    pairs.push(['open', model.mode === OPEN, process?.writer !== undefined])
    if (model.mode === OPEN && process?.writer !== undefined) {
      const sealer = process.writer.sealer!
      const sealed = sealer.newest?.size ?? 0
      pairs.push(['indexed', records(model.indexed), process.index?.through()])
      pairs.push(['sealed', records(model.edge), sealed])
      pairs.push(['backlog', records(model.known) - records(model.edge), sealer.backlog])
    }
    const different = pairs.find(([, expected, found]) => expected !== found)
    if (different === undefined) return undefined
    return `${different[0]} is ${String(different[1])} in the model and ${String(different[2])} in the code`
  }

  #noteAnswers(): void {
    for (const process of this.#processes) {
      for (const [client, answer] of process?.told ?? []) {
        if (answer !== 'failed' && client < 3) this.#acknowledged.set(client, answer)
      }
    }
  }

  /** Every checkpoint that anybody saw published has the root of the log as it is now. */
  async #compareRoots(): Promise<void> {
    const process = this.#processes.find((one) => one?.refusal === undefined && holds(one))
    if (process?.store === undefined) return
    const records = await process.store.read({ from: 0, limit: 100 })
    for (const note of this.#medium.checkpoints.seen) {
      const size = sizeOf(note)
      const range = new CompactRange()
      range.append(
        records.slice(0, size).map(({ leaf }) => leaf),
        () => undefined,
      )
      const stated = Buffer.from(note).toString('utf8').split('\n')[2]
      const found = Buffer.from(range.root()).toString('base64')
      if (stated !== found) throw new Divergence(`the checkpoint of ${size} was published with another root`)
    }
  }

  async #dispose(): Promise<void> {
    for (const process of [...this.#gone, ...this.#processes]) {
      process?.kill()
      await process?.store?.close().catch(() => undefined)
    }
    for (let n = 0; n <= this.#directories; n++) await removeDirectory(join(this.#home, `state-${n}`))
  }
}

/** Whether its log is still its own. */
function holds(process: WritingProcess | undefined): boolean {
  try {
    process?.assertHeld()
    return process?.store !== undefined
  } catch {
    return false
  }
}

/** Records in the first `size` batches. */
function recordsOf(ids: readonly number[], size: number): number {
  return ids.slice(0, size).reduce((sum, id) => sum + RECORDS[id]!, 0)
}
