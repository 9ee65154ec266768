import { createHash } from 'node:crypto'
import type { DataChange, DirectoryNode, DiskModel, FileNode, Files, NameChange, Node } from './disk-model.js'

/** How a change reached the disk: not at all, whole, only the file's new length (zeros), or some of its sectors. */
export type Kept = 'lost' | 'whole' | 'length' | { readonly sectors: (index: number) => boolean }

const SECTOR = 512

/** The bytes of a file out of some of its changes, which `keep` gives as they reached the disk. */
export function contentOf(file: FileNode, keep: (change: DataChange) => Kept): Buffer {
  let content = Buffer.from(file.base)
  const grow = (length: number) => {
    if (length > content.length) content = Buffer.concat([content, Buffer.alloc(length - content.length)])
  }
  for (const change of file.changes) {
    const kept = keep(change)
    if (kept === 'lost') continue
    if (change.kind === 'truncate') {
      grow(change.offset)
      content = Buffer.from(content.subarray(0, change.offset))
      continue
    }
    if (kept === 'whole' || kept === 'length') grow(change.offset + change.bytes.length)
    if (kept === 'whole') change.bytes.copy(content, change.offset)
    if (typeof kept === 'object') {
      for (const [from, to] of sectorsOf(change).filter((_, i) => kept.sectors(i))) {
        grow(to)
        change.bytes.copy(content, from, from - change.offset, to - change.offset)
      }
    }
  }
  return content
}

/** The parts of a write that lie in one sector of the file each, as [from, to) in the file. */
export function sectorsOf({ offset, bytes }: DataChange): [number, number][] {
  const parts: [number, number][] = []
  for (let from = offset; from < offset + bytes.length; ) {
    const to = Math.min(offset + bytes.length, (Math.floor(from / SECTOR) + 1) * SECTOR)
    parts.push([from, to])
    from = to
  }
  return parts
}

/** The names and bytes of a directory out of some of its changes. */
export function filesOf(
  model: DiskModel,
  keepName: (change: NameChange) => boolean,
  keepData: (change: DataChange) => Kept,
): Files {
  const names = new Map<DirectoryNode, Map<string, Node>>()
  const namesOf = (directory: DirectoryNode) => {
    const known = names.get(directory) ?? new Map(directory.base)
    names.set(directory, known)
    return known
  }
  for (const change of model.changes) {
    if (change.kind !== 'name' || !keepName(change)) continue
    const { from, node, directory, name } = change
    if (from !== undefined) namesOf(from.directory).delete(from.name)
    if (node === undefined) namesOf(directory).delete(name)
    else namesOf(directory).set(name, node)
  }
  const files = new Map<string, Buffer | undefined>()
  const walk = (directory: DirectoryNode, under: string) => {
    for (const [name, node] of [...namesOf(directory)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files.set(under + name, node.kind === 'file' ? contentOf(node, keepData) : undefined)
      if (node.kind === 'directory') walk(node, `${under}${name}/`)
    }
  }
  walk(model.root, '')
  return files
}

/** One name for equal contents. */
export function digestOf(files: Files): string {
  const hash = createHash('sha256')
  for (const [path, bytes] of files) {
    hash.update(`${path.length} ${path} ${bytes?.length ?? 'directory'}\n`)
    if (bytes !== undefined) hash.update(bytes)
  }
  return hash.digest('hex')
}
