/** What a trace of a writer shows. */
interface FlushCheck {
  readonly acknowledgements: number
  readonly flushes: number
  readonly segments: number
  /** Acknowledgements that came too early, and why. */
  readonly faults: readonly string[]
}

interface Call {
  readonly name: string
  readonly path: string
  readonly text: string
}

/**
 * Goes through a trace made by `strace -f -y`, in its order: which ids lie in bytes that were written to a segment but
 * not flushed yet, and which segments are not in a flushed directory yet. An acknowledgement (a write to stdout)
 * must name none of them. A flush covers what was written before it began, once it has ended.
 */
export function checkFlushes(trace: string): FlushCheck {
  const started = new Map<string, { readonly text: string; readonly begun: Began }>()
  const state = new Flushes()
  for (const line of trace.split('\n')) {
    const [, pid, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || rest === undefined) continue
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
    if (resumed !== null) {
      const begun = started.get(pid)
      started.delete(pid)
      if (begun !== undefined) state.finish(parseCall(begun.text + resumed[2]!), begun.begun)
    } else if (rest.includes('<unfinished ...>')) {
      const text = rest.replace('<unfinished ...>', '')
      started.set(pid, { text, begun: state.begin(parseCall(text)) })
    } else {
      const call = parseCall(rest)
      state.finish(call, state.begin(call))
    }
  }
  return state
}

/** What a flush will cover when it ends. */
interface Began {
  readonly writes: readonly Write[]
  readonly files: readonly string[]
}

interface Write {
  readonly path: string
  readonly ids: ReadonlySet<string>
}

class Flushes implements FlushCheck {
  acknowledgements = 0
  flushes = 0
  segments = 0
  readonly faults: string[] = []
  #writes: Write[] = []
  /** New segments whose name is not flushed. */
  #files: string[] = []

  begin({ name, path }: Call): Began {
    if (name !== 'fdatasync' && name !== 'fsync') return { writes: [], files: [] }
    return {
      writes: this.#writes.filter((write) => write.path === path),
      files: this.#files.filter((file) => file.slice(0, file.lastIndexOf('/')) === path),
    }
  }

  finish({ name, path, text }: Call, { writes, files }: Began): void {
    if (name === 'openat' && /O_CREAT/.test(text) && /O_EXCL/.test(text) && path.endsWith('.seg')) {
      this.segments++
      this.#files.push(path)
    } else if (/write/.test(name) && path.endsWith('.seg')) {
      this.#writes.push({ path, ids: idsIn(text) })
    } else if ((name === 'fdatasync' || name === 'fsync') && / = 0$/.test(text)) {
      if (path.endsWith('.seg')) this.flushes++
      this.#writes = this.#writes.filter((write) => !writes.includes(write))
      this.#files = this.#files.filter((file) => !files.includes(file))
    } else if (name === 'write' && /^write\(1</.test(text) && text.includes('"ack ')) {
      this.#acknowledge(text)
    }
  }

  #acknowledge(text: string): void {
    this.acknowledgements++
    const [first] = idsIn(text)
    // Only what this acknowledgement speaks of: others may be under way. A write without any id counts as concerned.
    const early = this.#writes.filter(({ ids }) => first === undefined || ids.size === 0 || ids.has(first))
    for (const { path } of early) this.faults.push(`${first} was acknowledged before ${path} was flushed`)
    for (const file of this.#files) this.faults.push(`${first} was acknowledged before the name ${file} was flushed`)
  }
}

function parseCall(text: string): Call {
  const name = /^(\w+)\(/.exec(text)?.[1] ?? ''
  const path = name === 'openat' ? / = \d+<([^>]*)>$/.exec(text)?.[1] : /^\w+\(\d+<([^>]*)>/.exec(text)?.[1]
  return { name, path: path ?? '', text }
}

function idsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g) ?? [])
}
