import { contentOf } from './disk-images.js'
import type { Call } from './trace.js'

/** A change of one file's bytes. A write that was not flushed may be lost, or a part of its sectors. */
export interface DataChange {
  readonly kind: 'write' | 'truncate'
  readonly file: FileNode
  /** Of a write its place; of a truncation the new length. */
  readonly offset: number
  readonly bytes: Buffer
  readonly begin: number
  readonly end: number
  /** When a flush that covers it had ended. */
  durableAt: number
}

/** A change of names: `name` of `directory` is `node` now; what it was moved from is gone in the same step. */
export interface NameChange {
  readonly kind: 'name'
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: Node | undefined
  readonly from: { readonly directory: DirectoryNode; readonly name: string } | undefined
  readonly begin: number
  readonly end: number
  durableAt: number
}

export type Change = DataChange | NameChange

export interface FileNode {
  readonly kind: 'file'
  /** The path under which it was first made: says what it is for. */
  readonly madeAs: string
  /** Bytes before the trace began: durable. */
  readonly base: Buffer
  readonly changes: DataChange[]
}

export interface DirectoryNode {
  readonly kind: 'directory'
  readonly path: string
  /** Names before the trace began: durable. */
  readonly base: Map<string, Node>
}

export type Node = FileNode | DirectoryNode

interface OpenFile {
  readonly node: Node
  readonly append: boolean
  /** Each write is flushed before it returns (O_DSYNC, O_SYNC). */
  readonly synchronous: boolean
  offset: number
  readonly openedAt: number
}

/** Something that the process said, or that others could see, at a moment. */
export interface Said {
  readonly at: number
  readonly line: string
}

/** The bytes under paths, relative to the traced directory; a directory is `undefined`. */
export type Files = ReadonlyMap<string, Buffer | undefined>

/**
 * What a trace did to the files of one directory, as a disk sees it: changes of bytes and of names, each durable from
 * the moment on when a flush of its file, or of its directory, has ended that began after the change had.
 *
 * POSIX promises no more than that, and nothing here does: a flush of a file does not cover its name, names of one
 * directory reach the disk in any order, a rename is one step and reaches it with the directory it leads to.
 */
export class DiskModel {
  readonly root: DirectoryNode
  readonly changes: Change[] = []
  /** Moments at which a flush that covered something ended, ascending: just before each the most is in doubt. */
  readonly flushes: number[] = []
  /** Lines on stdout. */
  readonly said: Said[] = []
  /** What was renamed to `tiles/checkpoint`: anybody may have read it from the rename on. */
  readonly published: { readonly at: number; readonly note: string }[] = []
  readonly #prefix: string
  readonly #open = new Map<number, OpenFile>()
  /** Names as the running system sees them. */
  readonly #live = new Map<DirectoryNode, Map<string, Node>>()
  #rest = ''

  /** `directory`: absolute. `before`: its content when the trace began; without any it is not there yet. */
  constructor(directory: string, before: Files, calls: readonly Call[]) {
    this.#prefix = `${directory}/`
    this.root = { kind: 'directory', path: '', base: new Map() }
    this.#live.set(this.root, new Map())
    for (const [path, bytes] of before) {
      const { parent, name } = this.#find(path)
      const node: Node =
        bytes === undefined
          ? { kind: 'directory', path, base: new Map() }
          : { kind: 'file', madeAs: path, base: bytes, changes: [] }
      if (node.kind === 'directory') this.#live.set(node, new Map())
      parent.base.set(name, node)
      this.#live.get(parent)!.set(name, node)
    }
    for (const call of calls) this.#apply(call)
  }

  #apply(call: Call): void {
    const { name, result, strings, shape } = call
    const dead = call.end === Number.POSITIVE_INFINITY
    if ((result < 0 && !dead) || call.injected) return
    const fd = Number(/^\w+\((\d+)/.exec(shape)?.[1] ?? -1)
    const file = this.#open.get(fd)
    switch (name) {
      case 'openat':
        if (result >= 0) this.#opened(call, strings[0]!.toString(), result)
        return
      case 'close':
        // Another thread may have got the number before strace saw this call end.
        if (file !== undefined && file.openedAt < call.begin) this.#open.delete(fd)
        return
      case 'lseek':
        if (file !== undefined) file.offset = result
        return
      case 'write':
      case 'writev':
        if (fd === 1) this.#say(Buffer.concat(strings).toString(), call.begin)
        if (file === undefined) return
        if (file.append && file.node.kind === 'file') file.offset = this.#lengthOf(file.node)
        file.offset += this.#write(call, file, file.offset, Buffer.concat(strings))
        return
      case 'pwrite64':
      case 'pwritev':
        if (file !== undefined) this.#write(call, file, Number(LAST_NUMBER.exec(shape)?.[1]), Buffer.concat(strings))
        return
      case 'ftruncate':
        if (file !== undefined) this.#truncate(call, file.node, Number(LAST_NUMBER.exec(shape)?.[1]))
        return
      case 'truncate': {
        const node = this.#lookUp(strings[0]!.toString())
        if (node !== undefined) this.#truncate(call, node, Number(LAST_NUMBER.exec(shape)?.[1]))
        return
      }
      case 'fsync':
      case 'fdatasync':
        if (file !== undefined && !dead) this.#flush(call, file.node)
        return
      case 'mkdir':
        this.#name(call, strings[0]!.toString(), (path) => {
          const node: DirectoryNode = { kind: 'directory', path, base: new Map() }
          this.#live.set(node, new Map())
          return node
        })
        return
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        this.#name(call, strings[0]!.toString(), () => undefined)
        return
      case 'link':
      case 'linkat':
        this.#name(call, strings[1]!.toString(), () => this.#lookUp(strings[0]!.toString()))
        return
      case 'rename':
      case 'renameat':
      case 'renameat2':
        this.#rename(call, strings[0]!.toString(), strings[1]!.toString())
        return
      default:
        // Whatever else changes a file would be missing in every image.
        if (CHANGING.has(name) && (file !== undefined || strings.some((one) => this.#inside(one.toString()))))
          throw new Error(`the model knows no ${name}`)
    }
  }

  #opened(call: Call, path: string, fd: number): void {
    this.#open.delete(fd)
    if (!this.#inside(path)) return
    let node = this.#lookUp(path)
    if (node === undefined) {
      if (!call.shape.includes('O_CREAT')) throw new Error(`opened what the model does not have: ${path}`)
      this.#name(call, path, (madeAs) => ({ kind: 'file', madeAs, base: Buffer.alloc(0), changes: [] }))
      node = this.#lookUp(path)!
    } else if (call.shape.includes('O_TRUNC')) this.#truncate(call, node, 0)
    this.#open.set(fd, {
      node,
      offset: 0,
      openedAt: call.end,
      append: call.shape.includes('O_APPEND'),
      synchronous: /O_D?SYNC/.test(call.shape),
    })
  }

  #write(call: Call, { node, synchronous }: OpenFile, offset: number, all: Buffer): number {
    if (node.kind === 'directory') throw new Error('a directory was written')
    // What a killed call had written is unknown: all of it is in doubt.
    const bytes = call.result < 0 ? all : all.subarray(0, call.result)
    const { begin, end } = call
    const durableAt = synchronous ? end : Number.POSITIVE_INFINITY
    const change: DataChange = { kind: 'write', file: node, offset, bytes, begin, end, durableAt }
    node.changes.push(change)
    this.changes.push(change)
    if (synchronous) this.flushes.push(end)
    return bytes.length
  }

  #truncate({ begin, end }: Call, node: Node, length: number): void {
    if (node.kind === 'directory') throw new Error('a directory was truncated')
    const change: DataChange = {
      kind: 'truncate',
      file: node,
      offset: length,
      bytes: Buffer.alloc(0),
      begin,
      end,
      durableAt: Number.POSITIVE_INFINITY,
    }
    node.changes.push(change)
    this.changes.push(change)
  }

  #flush({ begin, end }: Call, node: Node): void {
    let covered = false
    for (const change of this.changes) {
      const of = change.kind === 'name' ? change.directory : change.file
      if (of !== node || change.end > begin || change.durableAt <= begin) continue
      change.durableAt = Math.min(change.durableAt, end)
      covered = true
    }
    if (covered) this.flushes.push(end)
  }

  #name(
    call: Call,
    path: string,
    nodeOf: (path: string) => Node | undefined,
    from?: { readonly directory: DirectoryNode; readonly name: string },
  ): void {
    if (!this.#inside(path)) return
    const relative = this.#relative(path)
    // The directory itself: its name is its parent's, which is not traced.
    if (relative === '') return
    const { parent, name } = this.#find(relative)
    const node = nodeOf(relative)
    if (from !== undefined) this.#live.get(from.directory)!.delete(from.name)
    if (node === undefined) this.#live.get(parent)!.delete(name)
    else this.#live.get(parent)!.set(name, node)
    const { begin, end } = call
    this.changes.push({
      kind: 'name',
      directory: parent,
      name,
      node,
      from,
      begin,
      end,
      durableAt: Number.POSITIVE_INFINITY,
    })
  }

  #rename(call: Call, source: string, target: string): void {
    if (!this.#inside(source) && !this.#inside(target)) return
    const { parent, name } = this.#find(this.#relative(source))
    const node = this.#live.get(parent)!.get(name)
    if (node === undefined) throw new Error(`renamed what the model does not have: ${source}`)
    this.#name(call, target, () => node, { directory: parent, name })
    if (this.#relative(target) === 'tiles/checkpoint' && node.kind === 'file')
      this.published.push({ at: call.begin, note: contentOf(node, () => 'whole').toString() })
  }

  #say(text: string, at: number): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.said.push({ at, line })
  }

  #lengthOf(node: FileNode): number {
    return contentOf(node, () => 'whole').length
  }

  #inside(path: string): boolean {
    return `${path}/`.startsWith(this.#prefix)
  }

  #relative(path: string): string {
    return path.slice(this.#prefix.length).replace(/\/$/, '')
  }

  #lookUp(path: string): Node | undefined {
    if (!this.#inside(path)) return undefined
    let node: Node | undefined = this.root
    for (const name of this.#relative(path)
      .split('/')
      .filter((part) => part !== ''))
      node = node?.kind === 'directory' ? this.#live.get(node)?.get(name) : undefined
    return node
  }

  #find(relative: string): { readonly parent: DirectoryNode; readonly name: string } {
    const cut = relative.lastIndexOf('/')
    const parent = cut < 0 ? this.root : this.#lookUp(this.#prefix + relative.slice(0, cut))
    if (parent?.kind !== 'directory') throw new Error(`the model has no directory for ${relative}`)
    return { parent, name: relative.slice(cut + 1) }
  }
}

/** An offset or a length: the last argument, also of a call that strace printed in two parts or did not see the end of. */
const LAST_NUMBER = /, (\d+) *(?:\)|$)/

/** Calls that change files in ways that the model does not know; a trace has to show them. */
const CHANGING = new Set([
  'creat',
  'pwritev2',
  'sync_file_range',
  'msync',
  'fallocate',
  'copy_file_range',
  'sendfile',
  'mkdirat',
])
