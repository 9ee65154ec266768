import { join } from 'node:path'
import * as z from 'zod'
import { equalBytes, hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import { overtakes } from '../../ledger/index.js'
import type { RememberedNote, SealMemory } from '../../ports/index.js'
import { isMissingFile, readTextSyncBounded } from '../../system/index.js'
import { ensureDirectory, replaceFile } from '../files/index.js'
import { type DirectoryId, directoryId, genesisAt } from './ledger-at.js'

/** What is remembered of one ledger: `<folder>/<genesis leaf>.json`. */
const entry = z.strictObject({
  format: z.literal('clyra.memory/1'),
  /** Where it was when it was written last, and as which directory. */
  directory: z.string().min(1),
  device: z.string(),
  inode: z.string(),
  /** Directories that hold its exported tree. */
  trees: z.array(z.string().min(1)).max(16),
  /** The signed note. */
  note: z.string(),
})
type Entry = z.infer<typeof entry>
type Place = Pick<Entry, 'directory' | 'device' | 'inode' | 'trees'>

const MOST_TREES = 16
const LIMIT = 256 * 1024

export interface SealMemoryOptions {
  /** `$XDG_STATE_HOME/clyra/ledgers`. */
  readonly folder: string
  /** The state directory of the ledger that is opened. */
  readonly directory: string
  readonly onWarning: (message: string) => void
}

/** The memory of signed sizes as files in the user's own folder, with where each ledger was. */
export class FileSealMemory implements SealMemory {
  readonly #options: SealMemoryOptions
  #claimed = false

  constructor(options: SealMemoryOptions) {
    this.#options = options
  }

  /**
   * The directory that is remembered for the ledger of this one, if that is another one and the ledger still is there:
   * then this is a copy. A ledger that was moved, or is seen under another path, is none.
   */
  original(): string | undefined {
    const genesis = genesisAt(this.#options.directory)
    const known = genesis === undefined ? undefined : this.#read(genesis)
    if (genesis === undefined || known === undefined || this.#isHere(known)) return undefined
    const there = genesisAt(known.directory)
    return there !== undefined && equalBytes(there, genesis) ? known.directory : undefined
  }

  async recall(identity: Uint8Array): Promise<readonly RememberedNote[]> {
    const known = this.#read(identity)
    if (known === undefined) return []
    const note = Buffer.from(known.note)
    const published = known.trees.flatMap((tree) => publishedIn(tree))
    // A directory may hold the tree of another ledger by now.
    return [{ note, where: this.#path(identity) }, ...published.filter((one) => originOf(one.note) === originOf(note))]
  }

  async remember(identity: Uint8Array, note: Uint8Array): Promise<void> {
    const { directory } = this.#options
    const known = this.#read(identity)
    if (this.#claimed && known !== undefined && !this.#isHere(known)) {
      throw new ClyraError('LEDGER_IS_A_COPY', `this ledger is written in ${known.directory} too`, {
        details: { directory, original: known.directory },
      })
    }
    await this.#write(identity, known, note, { ...this.#here(), trees: known?.trees ?? [] })
    this.#claimed = true
  }

  /**
   * Remembers where the tree of a ledger was written to, and the checkpoint that was published there. Where the ledger is
   * stays as it was: trees are written by readers, of copies too.
   */
  async rememberTree(identity: Uint8Array, note: Uint8Array, tree: string): Promise<void> {
    const known = this.#read(identity)
    const trees = [...(known?.trees ?? []).filter((one) => one !== tree), tree].slice(-MOST_TREES)
    await this.#write(identity, known, note, { ...(known ?? this.#here()), trees })
  }

  async #write(identity: Uint8Array, known: Entry | undefined, note: Uint8Array, place: Place): Promise<void> {
    const { directory, device, inode, trees } = place
    const before = known === undefined ? undefined : Buffer.from(known.note)
    const newest = before === undefined || overtakes(note, before) ? Buffer.from(note) : before
    const next: Entry = { format: 'clyra.memory/1', directory, device, inode, trees, note: newest.toString('utf8') }
    const text = JSON.stringify(next)
    if (known !== undefined && text === JSON.stringify(known)) return
    await ensureDirectory(this.#options.folder)
    await replaceFile(this.#path(identity), Buffer.from(`${text}\n`))
  }

  #here(): Omit<Place, 'trees'> {
    const { directory } = this.#options
    return { directory, ...(directoryId(directory) ?? { device: '', inode: '' }) }
  }

  #isHere({ directory, device, inode }: Entry): boolean {
    const here = directoryId(this.#options.directory)
    if (directory === this.#options.directory) return true
    return sameDirectory(here, { device, inode }) || sameDirectory(here, directoryId(directory))
  }

  /** Undefined where nothing is remembered, or what lies there cannot be used, which is told. */
  #read(identity: Uint8Array): Entry | undefined {
    const path = this.#path(identity)
    try {
      const limits = { limit: LIMIT, tooLarge: 'IO_FAILED', what: 'a memory of signed sizes', follow: false } as const
      return entry.parse(JSON.parse(readTextSyncBounded(path, limits)))
    } catch (error) {
      if (isMissingFile(error)) return undefined
      const why = error instanceof ClyraError ? error.message : 'it is not in its form'
      this.#options.onWarning(`what is remembered of the ledger in ${path} is not used: ${why}`)
      return undefined
    }
  }

  #path(identity: Uint8Array): string {
    return join(this.#options.folder, `${hex(identity)}.json`)
  }
}

function sameDirectory(a: DirectoryId | undefined, b: DirectoryId | undefined): boolean {
  return a !== undefined && b !== undefined && a.device === b.device && a.inode === b.inode
}

/** The checkpoint of an exported tree; none where the tree is gone or cannot be read: it says nothing then. */
function publishedIn(tree: string): RememberedNote[] {
  const where = join(tree, 'checkpoint')
  try {
    const limits = { limit: LIMIT, tooLarge: 'IO_FAILED', what: 'a checkpoint', follow: false } as const
    return [{ note: Buffer.from(readTextSyncBounded(where, limits)), where }]
  } catch {
    return []
  }
}

function originOf(note: Uint8Array): string {
  const text = Buffer.from(note).toString('utf8')
  return text.slice(0, text.indexOf('\n'))
}
