/** One system call of a trace, with the moments (counted in lines of the trace) at which it began and had ended. */
export interface Call {
  readonly name: string
  readonly thread: string
  readonly begin: number
  /** `Infinity` where the trace ends before the call does. */
  readonly end: number
  /** -1 where it failed, or never ended. */
  readonly result: number
  /** True where strace made it fail, or sent a signal, instead of the system. */
  readonly injected: boolean
  /** Strings among the arguments, in order, decoded: paths and written bytes. */
  readonly strings: readonly Buffer[]
  /** The arguments as strace printed them, without the text of strings and of file names. */
  readonly shape: string
}

/**
 * Reads what `strace -f -xx -o` wrote. Calls of several threads overlap: where strace says "unfinished", the call
 * ended at the line that says "resumed". In the order of their ends, those without one last.
 */
export function parseTrace(text: string): Call[] {
  const calls: Call[] = []
  const open = new Map<string, { readonly text: string; readonly begin: number }>()
  for (const [at, line] of text.split('\n').entries()) {
    const [, pid, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || rest === undefined) continue
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    if (resumed !== null) {
      const begun = open.get(pid)
      open.delete(pid)
      if (begun !== undefined) calls.push(parseCall(pid, begun.text + resumed[1]!, begun.begin, at))
    } else if (rest.endsWith('<unfinished ...>')) {
      open.set(pid, { text: rest.slice(0, -'<unfinished ...>'.length), begin: at })
    } else if (/^\w+\(/.test(rest)) {
      calls.push(parseCall(pid, rest, at, at))
    }
  }
  // Killed in the call: what it had done by then is unknown.
  for (const [pid, { text, begin }] of open) calls.push(parseCall(pid, text, begin, Number.POSITIVE_INFINITY))
  return calls
}

function parseCall(thread: string, text: string, begin: number, end: number): Call {
  const strings: Buffer[] = []
  const shape = text.replace(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g, (_, escaped: string, cut: string | undefined) => {
    if (cut !== undefined) throw new Error('the trace leaves out bytes: strace needs a larger -s')
    strings.push(Buffer.from(escaped.replaceAll('\\x', ''), 'hex'))
    return '""'
  })
  const result = /\) += (-?\d+)/.exec(shape)?.[1]
  // A call that a signal ended, or that never ended, has no number.
  return {
    name: /^(\w+)\(/.exec(text)?.[1] ?? '',
    thread,
    begin,
    end,
    result: result === undefined ? -1 : Number(result),
    injected: /\(INJECTED\)/.test(shape),
    strings,
    shape,
  }
}
