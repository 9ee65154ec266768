import { equalBytes, hex } from './bytes.js'
import { checkFreshness, checkHeld, checkIdentity } from './demands.js'
import { type Examination, examine, judgePinnedKeys, judgePins } from './examination.js'
import { checkCheckpointSigners, foldKeys } from './keys.js'
import { type LogReplay, replayLog } from './log-replay.js'
import { type Checkpoint, readCheckpoint } from './note.js'
import { readDemands, type VerifyOptions } from './options.js'
import { Refusal } from './refusal.js'
import type { Description, VerifyResult } from './result.js'
import { ledgerSigners, usedKeys } from './signers.js'
import { type ListTiles, TileListing } from './tile-listing.js'
import type { ReadTile } from './tile-walk.js'

export interface VerifyTilesOptions extends VerifyOptions {
  /**
   * Lists every file of the log. Then also what the checkpoint does not call for is judged: earlier partial tiles must fit,
   * nothing strange may lie under `tile/` (TILE_UNEXPECTED), and whatever else there is is named in a warning
   * (FILES_IGNORED). Without it nothing is looked at but what the checkpoint calls for.
   */
  readonly list?: ListTiles
}

const PLAN = ['json', 'note', 'signature', 'trust', 'root', 'chain', 'heads', 'keys']

/**
 * Verifies a whole log published as C2SP tiles: every entry admitted, every tile recomputed, every chain followed, every
 * heads record replayed. `read(path)` gives the bytes of `checkpoint` and `tile/...`, or undefined where there are none;
 * what it throws goes through to the caller. Rejects with VerifyUsageError where the options cannot be used.
 *
 * @example
 * const result = await verifyTiles((path) => readFile(join(directory, path)), { trust: [vkey] })
 */
export async function verifyTiles(read: ReadTile, options: VerifyTilesOptions = {}): Promise<VerifyResult> {
  const demands = readDemands(options)
  return examine(PLAN, async (examination) => {
    // Nobody knows without the checkpoint which entries there should be: where it cannot be read, JSON is not run.
    const note = await readNote(read)
    const sizes = new Set(demands.held.map(({ size }) => size))
    const listing = await TileListing.of(options.list)
    const replayed = note instanceof Refusal ? undefined : await replayLog(read, note, sizes, listing)
    if (replayed !== undefined) await examination.stage('json', () => replayed.offences.json.settle())
    const { checkpoint, replay } = await examination.stage('note', () => both(note, replayed))
    const { genesis, offences, keyRecords } = replay
    const signers = await examination.stage('signature', () => ledgerSigners(genesis, checkpoint, demands.pins))
    const pinned = judgePins(examination, signers, demands.pins, checkpoint.origin, hex(replay.first!.leaf))
    await examination.stage('root', () => {
      const root = replay.roots.get(checkpoint.size)!
      if (!equalBytes(root, checkpoint.root)) offences.root.add('ROOT_MISMATCH', `the entries hash to ${hex(root)}`)
      offences.root.settle()
    })
    await examination.stage('chain', () => offences.chain.settle())
    await examination.stage('heads', () => offences.heads.settle())
    const keys = await examination.stage('keys', (found) => {
      const keys = foldKeys(genesis!, keyRecords, found)
      found.settle()
      checkCheckpointSigners(signers, keys, checkpoint.size - 1)
      return keys
    })
    const trusted = judgePinnedKeys(examination, pinned, keys, checkpoint.size - 1)
    const ledger = {
      origin: checkpoint.origin,
      genesis: hex(replay.first!.leaf),
      size: checkpoint.size,
      recordedat: replay.last!.recordedat,
      rootAt: (size: number) => replay.roots.get(size),
    }
    await checkIdentity(examination, demands, ledger)
    checkHeld(examination, demands, ledger)
    checkFreshness(examination, demands, ledger)
    warnOfIgnored(examination, listing.rest())
    return describe(checkpoint, replay, usedKeys(signers, trusted, []))
  })
}

/** A verdict says nothing about files that belong to no checkpoint shown: so they are named. */
function warnOfIgnored(examination: Examination, files: readonly string[]): void {
  if (files.length === 0) return
  const named = files.slice(0, NAMED).join(', ')
  const more = files.length > NAMED ? ` and ${files.length - NAMED} more` : ''
  examination.warn('FILES_IGNORED', `no part of the checkpoint's tree, and not looked at: ${named}${more}`)
}

const NAMED = 5

async function readNote(read: ReadTile): Promise<Checkpoint | Refusal> {
  const bytes = await read('checkpoint')
  if (bytes === undefined) return new Refusal('NOTE_MALFORMED', 'there is no checkpoint', { file: 'checkpoint' })
  try {
    return readCheckpoint(bytes)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function both(
  note: Checkpoint | Refusal,
  replay: LogReplay | undefined,
): { checkpoint: Checkpoint; replay: LogReplay } {
  if (note instanceof Refusal) throw note
  // Replayed whenever the note could be read.
  return { checkpoint: note, replay: replay! }
}

function describe(checkpoint: Checkpoint, replay: LogReplay, keys: Description['keys']): Description {
  return {
    profile: 'log',
    ledger: { origin: checkpoint.origin, genesis: hex(replay.first!.leaf) },
    size: String(checkpoint.size),
    root: hex(checkpoint.root),
    run: null,
    completeAsOf: { position: String(checkpoint.size - 1), recordedat: replay.last!.recordedat },
    streams: 'claimed',
    issuance: 'not-proved',
    witnessed: false,
    timestamped: false,
    redacted: replay.redactions > 0,
    records: checkpoint.size,
    keys,
    keysAsOf: String(checkpoint.size),
  }
}
