import { closeSync, fstatSync, readFileSync, readSync } from 'node:fs'
import { NODE, NodePage, OVERFLOW_NODE, PAGE, PAGE_HEADER } from './mapped-page.js'
import { isPlainFile, openStateFile } from './state-file.js'

/*
 * The file of LMDB's data as lmdb-js 3.5 writes it (liblmdb/mdb.c: MDB_page_header, MDB_meta, MDB_db, MDB_node,
 * MDB_ovpage). Little-endian.
 *
 *   page    number u64, transaction u64, pad u16, flags u16, then lower u16 and upper u16, or in an overflow page its
 *           number of pages u32; after the header the offsets of its nodes, which count from the header's end
 *   meta    magic u32, version u32, address u64, map size u64, two trees (free pages, main), last page u64,
 *           transaction u64, boot u64; one in page 0, one in page 1, and the last that was flushed in the second half
 *           of page 0
 *   tree    pad u32 (page size, in the tree of free pages), flags u16, depth u16, four counts u64, root u64
 *   node    length of its data or low bits of a page number u32, flags u16, length of its key u16, key, then data
 */
const META = { magic: 0, version: 4, free: 24, main: 72, lastPage: 120, transaction: 128, boot: 136 } as const
const META_BYTES = 144
const MAGIC = 0xbeefc0de
const VERSION = 2
const TREE_BYTES = 48
const NO_PAGE = 0xffff_ffff_ffff_ffffn
/** Flags of the tree of free pages, among which LMDB keeps those of the whole: set in a state that was not flushed, */
const OVERLAPPING_SYNC = 0x1000
/** always set, since its keys are numbers, and those that say how it was opened. */
const INTEGER_KEYS = 0x08
const OPENED_HOW = 0x4800
const MOST_PAGES = 2n ** 40n
/** What is read at once, and kept; a page fits in. */
const BLOCK_BYTES = 256 * 1024
const KEPT_BLOCKS = 32
/** Deeper than any tree of a file that a machine can hold. */
const DEEPEST = 32

/**
 * What is wrong with a file that LMDB is about to map; undefined where it can follow every page that it may touch.
 *
 * LMDB has no checksums and believes what it maps: a page number, an offset or a length that is not so ends the process
 * by a signal. So every page that can be reached from the state that LMDB will take is looked at before: it is in the
 * file, is the page it should be, is reached once, and what it holds lies within it in order. Pages that are listed as
 * free must be none of those. Values are not judged: their readers do that.
 *
 * A writer may work on the file meanwhile. It never changes a page of the newest state, so a fault counts only where
 * the state is still the same after it was found. Throws what the file system says.
 */
export function mappedFileFault(path: string): string | undefined {
  for (let attempt = 0; ; attempt++) {
    if (!isPlainFile(path)) return 'is no regular file'
    const file = openStateFile(path, 'r')
    try {
      const before = pickedState(file)
      if (typeof before === 'string') return before
      const fault = new PageWalk(file, before).fault()
      if (fault === undefined) return undefined
      const after = pickedState(file)
      const moved = typeof after !== 'string' && after.transaction !== before.transaction
      if (!moved) return fault
      if (attempt === ATTEMPTS) return undefined
    } finally {
      closeSync(file)
    }
  }
}

/** A writer that always commits before its file is walked is the proof that LMDB can use it. */
const ATTEMPTS = 5

/** One state of the database: what a meta page leads to. */
interface FileState {
  readonly pageSize: number
  readonly transaction: bigint
  readonly lastPage: number
  readonly boot: bigint
  readonly flushed: boolean
  readonly free: Tree
  readonly main: Tree
}

interface Tree {
  readonly depth: number
  /** Undefined where the tree is empty. */
  readonly root: bigint | undefined
}

/** The state that LMDB will take (`mdb_pick_meta`), or why there is none. */
function pickedState(file: number): FileState | string {
  const first = metaAt(file, 0)
  if (typeof first === 'string') return first
  const second = metaAt(file, first.pageSize)
  if (typeof second === 'string') return second
  const flushed = metaAt(file, first.pageSize / 2, 'unnamed')
  const last = pickAfterStart(first, second)
  // A writer that ended before a flush, on a machine that has started again since, goes back to what was flushed.
  return typeof flushed === 'string' || flushed.transaction === 0n ? last : pickAfterStart(last, flushed)
}

function pickAfterStart(a: FileState, b: FileState): FileState {
  const newest = a.transaction >= b.transaction ? a : b
  if ((newest.boot !== 0n && newest.boot === machineStart()) || newest.flushed) return newest
  return a.transaction > b.transaction ? b : a
}

/**
 * What tells one start of the machine from another, as LMDB takes it: the first group of hexadecimal digits of Linux's
 * boot id. 0 where the system has none, or LMDB is told to trust nothing that was not flushed.
 */
export function machineStart(): bigint {
  if (process.env['LMDB_RESTORE'] === 'safe') return 0n
  try {
    const [digits] = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').split('-')
    return BigInt(`0x${digits}`)
  } catch {
    return 0n
  }
}

/** `unnamed`: the flushed state has no magic number of its own. */
function metaAt(file: number, at: number, kind: 'named' | 'unnamed' = 'named'): FileState | string {
  const bytes = Buffer.alloc(PAGE_HEADER + META_BYTES)
  if (readSync(file, bytes, 0, bytes.length, at) < bytes.length) return 'ends within its first pages'
  const meta = bytes.subarray(PAGE_HEADER)
  const named = meta.readUInt32LE(META.magic) === MAGIC && (meta.readUInt32LE(META.version) & 0xffff) === VERSION
  const isMeta = named && bytes.readUInt16LE(18) === PAGE.meta
  if (kind === 'named' && !isMeta) return at === 0 ? 'is not a database of LMDB' : 'has a damaged second page'
  const pageSize = meta.readUInt32LE(META.free)
  const lastPage = meta.readBigUInt64LE(META.lastPage)
  const fits = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0
  const flags = meta.readUInt16LE(META.free + 4)
  const usual = (flags & ~OPENED_HOW & ~OVERLAPPING_SYNC) === INTEGER_KEYS && meta.readUInt16LE(META.main + 4) === 0
  const empty = kind === 'unnamed' && pageSize === 0
  if (!empty && !(fits && usual && lastPage <= MOST_PAGES)) return 'has a damaged first page'
  return {
    pageSize,
    transaction: meta.readBigUInt64LE(META.transaction),
    lastPage: Number(lastPage),
    boot: meta.readBigInt64LE(META.boot),
    flushed: (flags & OVERLAPPING_SYNC) === 0,
    free: treeAt(meta, META.free),
    main: treeAt(meta, META.main),
  }
}

function treeAt(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40)
  return { depth: bytes.readUInt16LE(at + 6), root: root === NO_PAGE ? undefined : root }
}

/** Goes through all pages that a state reaches. */
class PageWalk {
  readonly #file: number
  readonly #state: FileState
  readonly #pages: number
  readonly #seen: Uint8Array
  readonly #free: bigint[] = []
  readonly #blocks = new Map<number, Buffer>()

  constructor(file: number, state: FileState) {
    this.#file = file
    this.#state = state
    this.#pages = Math.floor(fstatSync(file).size / state.pageSize)
    this.#seen = new Uint8Array(Math.min(this.#pages, state.lastPage + 1))
  }

  fault(): string | undefined {
    const { free, main, lastPage } = this.#state
    if (lastPage >= this.#pages) return 'ends before its last page'
    return this.#tree(main, 'main') ?? this.#tree(free, 'free') ?? this.#listed()
  }

  /** Pages that are free and in use at once would be written over. */
  #listed(): string | undefined {
    for (const entry of this.#free) {
      // A negative entry is the length of a run whose first page follows.
      const page = entry < 0n ? -entry : entry
      if (page > BigInt(this.#state.lastPage)) return `lists page ${page} as free, which it does not have`
      if (entry > 0n && this.#seen[Number(page)] === 1) return `lists page ${page} as free, which is in use`
    }
    return undefined
  }

  #tree({ root, depth }: Tree, kind: 'main' | 'free' | 'table'): string | undefined {
    if (root === undefined) return undefined
    if (depth < 1 || depth > DEEPEST) return `has a tree of ${depth} levels`
    const waiting: { readonly page: bigint; readonly level: number }[] = [{ page: root, level: 1 }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { level } = next
      const page = this.#page(next.page, level === depth ? PAGE.leaf : PAGE.branch, kind === 'free')
      if (typeof page === 'string') return page
      const fault =
        level === depth
          ? this.#leaf(page, kind)
          : page.eachChild((child) => {
              waiting.push({ page: child, level: level + 1 })
            })
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #leaf(page: NodePage, kind: 'main' | 'free' | 'table'): string | undefined {
    return page.eachValue((flags, data) => {
      if (flags === 0) {
        if (kind === 'free') this.#takeFree(data)
        return undefined
      }
      if (flags === NODE.overflow) return this.#overflow(data, kind)
      const named = flags === NODE.tree && kind === 'main' && data.length === TREE_BYTES && data.readUInt16LE(4) === 0
      return named ? this.#tree(treeAt(data, 0), 'table') : `has a node of an unknown kind in page ${page.number}`
    })
  }

  /** A value of its own pages. Its length stands in the node. */
  #overflow(data: Buffer, kind: 'main' | 'free' | 'table'): string | undefined {
    const first = data.readBigUInt64LE(0)
    const count = data.readBigUInt64LE(16)
    const claimed = this.#claim(first, count)
    if (claimed !== undefined) return claimed
    const header = this.#read(Number(first), PAGE_HEADER)
    const right =
      header.readBigUInt64LE(0) === first &&
      header.readBigUInt64LE(8) <= this.#state.transaction &&
      data.readBigUInt64LE(8) <= this.#state.transaction &&
      header.readUInt16LE(18) === PAGE.overflow &&
      BigInt(header.readUInt32LE(20)) === count
    const length = data.readUInt32LE(OVERFLOW_NODE)
    const room = Number(count) * this.#state.pageSize - PAGE_HEADER
    if (!right || length > room) return `has a damaged value in page ${first}`
    if (kind === 'free') this.#takeFree(this.#read(Number(first), PAGE_HEADER + length).subarray(PAGE_HEADER))
    return undefined
  }

  /** The number of entries, then so many. */
  #takeFree(data: Buffer): void {
    const count = data.length < 8 ? 0n : data.readBigInt64LE(0)
    for (let i = 1; i <= count && 8 * i + 8 <= data.length; i++) this.#free.push(data.readBigInt64LE(8 * i))
  }

  #page(number: bigint, kind: number, integers: boolean): NodePage | string {
    const claimed = this.#claim(number, 1n)
    if (claimed !== undefined) return claimed
    return NodePage.read(this.#read(Number(number), this.#state.pageSize), {
      number: Number(number),
      kind,
      integers,
      newest: this.#state.transaction,
    })
  }

  /** Why these pages are none that can be reached here; else undefined, and they cannot be reached again. */
  #claim(first: bigint, count: bigint): string | undefined {
    if (first < 2n || count < 1n || first + count - 1n > BigInt(this.#state.lastPage)) {
      return `leads to page ${first}, which it does not have`
    }
    for (let page = Number(first); page < Number(first + count); page++) {
      if (this.#seen[page] === 1) return `leads to page ${page} twice`
      this.#seen[page] = 1
    }
    return undefined
  }

  #read(page: number, length: number): Buffer {
    const { pageSize } = this.#state
    const block = Math.floor((page * pageSize) / BLOCK_BYTES)
    const at = page * pageSize - block * BLOCK_BYTES
    if (at + length <= BLOCK_BYTES) return this.#block(block).subarray(at, at + length)
    return this.#readAt(page * pageSize, length)
  }

  /** Pages that follow each other are asked for one after the other, as a rule. */
  #block(number: number): Buffer {
    const known = this.#blocks.get(number)
    if (known !== undefined) return known
    const bytes = this.#readAt(number * BLOCK_BYTES, BLOCK_BYTES)
    if (this.#blocks.size === KEPT_BLOCKS) this.#blocks.clear()
    this.#blocks.set(number, bytes)
    return bytes
  }

  /** Zeros where the file has ended meanwhile. */
  #readAt(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.fill(0, readSync(this.#file, bytes, 0, length, at))
  }
}
