import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { besidePackages, bundleStores } from './bundle-stores.js'
import { STORES } from './checker.js'

/** A change of the compiled product that makes it wrong. */
export interface Mutation {
  /** As the report names it: `flush of the log removed`. */
  readonly name: string
  /** In the compiled product, from `src/` on. */
  readonly file: string
  /** Text, each found exactly once, and what stands in its place. */
  readonly changes: readonly (readonly [string, string])[]
  /** Made wrong as well, where one guard stands behind another. */
  readonly beside?: Mutation
}

const LOG = 'stores/embedded/embedded-log-store.js'
const FILES = 'stores/files/durable-file.js'
const SEALER = 'ledger/sealer.js'
const CHECKPOINTS = 'stores/files/file-checkpoint-store.js'

/** The mutations by what they break. Where the product's text changes, these change with it: `mutate` says so. */
export const MUTATIONS = {
  logFlush: {
    name: 'flush of the log removed',
    file: LOG,
    changes: [
      [
        'return this.#options.flush === undefined ? file.datasync() : this.#options.flush(file)',
        'return Promise.resolve()',
      ],
    ],
  },
  flushError: {
    name: 'a failed flush of the log is taken for done',
    file: LOG,
    changes: [['file.datasync() : this', 'file.datasync().catch(() => undefined) : this']],
  },
  flushBeforeWrite: {
    name: 'log flushed before it is written',
    file: LOG,
    changes: [
      ['await segment.append(frame.bytes)', 'await this.#flush(segment.file), await segment.append(frame.bytes)'],
      [
        'await this.#flush(segment.file);\n        this.#assertAlone();\n        segment.assertEndsWith',
        'this.#assertAlone();\n        segment.assertEndsWith',
      ],
    ],
  },
  segmentName: {
    name: 'directory not flushed for a new segment',
    file: LOG,
    changes: [['await syncDirectory(dirname(path))', 'void path']],
  },
  directories: {
    name: 'no directory is flushed',
    file: FILES,
    changes: [['await flushAll(directory)', 'void directory']],
  },
  fileFlush: {
    name: 'tiles and checkpoints renamed without a flush',
    file: FILES,
    changes: [['await flushData(file)', 'void file']],
  },
  writeError: {
    name: 'a failed write of a tile or checkpoint is taken for done',
    file: FILES,
    changes: [['writeFileSync(file, bytes);', 'try { writeFileSync(file, bytes); } catch {}']],
  },
  threadError: {
    name: 'a failed write of a thread is taken for done',
    file: 'stores/files/tile-worker.js',
    changes: [["throw fromSystemError(error, 'write', target);", '']],
  },
  tilesLast: {
    name: 'checkpoint published before its tiles are written',
    file: SEALER,
    changes: [
      ['await tiles.write(written);', ''],
      ['await this.#publish(sealed);\n', 'await this.#publish(sealed);\n        await tiles.write(written);\n'],
    ],
  },
  publishedFirst: {
    name: 'checkpoint published before the signed state is kept',
    file: SEALER,
    changes: [
      [
        'await checkpoints.compareAndSet(this.#newest?.note, sealed.note);',
        'await this.#publish(sealed); await checkpoints.compareAndSet(this.#newest?.note, sealed.note);',
      ],
    ],
  },
  compareAndSet: {
    name: 'compare-and-set of the signed state only sets',
    file: CHECKPOINTS,
    changes: [['if (sameNote(this.#read(LATEST), expected))', 'if (true)']],
  },
  lengthOfLog: {
    name: 'neither the length of the log is looked at nor its last frame',
    file: 'stores/embedded/newest-segment.js',
    changes: [
      ['if (size !== BigInt(this.#length))', 'if (false)'],
      ['if (read !== head.length || !found.equals(head))', 'if (false)'],
    ],
  },
  pathsOfLock: {
    name: 'where the paths of lock and log lead is not looked at',
    file: 'stores/lock/held-path.js',
    changes: [['return dev === this.#dev && ino === this.#ino', 'return true']],
  },
  lookAfterFlush: {
    name: 'acknowledged without a second look',
    file: LOG,
    changes: [
      ['this.#assertAlone();\n        segment.assertEndsWith(frame.bytes);\n        // A writer', '// A writer'],
    ],
  },
  appending: {
    name: 'frames are written where the writer takes the end to be',
    file: 'stores/embedded/newest-segment.js',
    changes: [
      ['NewestSegment.#of(path, O_RDWR | O_APPEND)', 'NewestSegment.#of(path, O_RDWR)'],
      [
        'writeSync(this.#file.fd, bytes, done)',
        'writeSync(this.#file.fd, bytes, done, bytes.length - done, this.#length + done)',
      ],
    ],
  },
  lockNotProved: {
    name: 'whether a lock keeps anybody away is not tried',
    file: 'stores/lock/directory-lock.js',
    changes: [['held.leadsThere() && (await lockCounts(held))', 'held.leadsThere()']],
  },
} as const satisfies Record<string, Mutation>

/** Runs `use` with the bundled stores of a product so changed. Throws where a change does not match exactly once. */
export async function mutate<T>(mutation: Mutation, use: (stores: string) => Promise<T>): Promise<T> {
  const dist = dirname(dirname(dirname(STORES)))
  const copy = await besidePackages()
  try {
    await cp(join(dist, 'src'), join(copy, 'src'), { recursive: true })
    await change(join(copy, 'src'), mutation)
    if (mutation.beside !== undefined) await change(join(copy, 'src'), mutation.beside)
    return await use(await bundleStores(join(copy, 'src', 'stores', 'index.js'), join(copy, 'bundle')))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function change(product: string, { name, file, changes }: Mutation): Promise<void> {
  const path = join(product, file)
  let text = await readFile(path, 'utf8')
  for (const [from, to] of changes) {
    const parts = text.split(from)
    if (parts.length !== 2) throw new Error(`"${name}": ${file} has ${parts.length - 1} times: ${from}`)
    text = parts.join(to)
  }
  await writeFile(path, text)
}
