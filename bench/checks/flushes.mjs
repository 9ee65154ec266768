import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CheckFailed } from './expect.mjs'

const CHILD = fileURLToPath(new URL('../children/flushes.mjs', import.meta.url))
const APPENDS = 20

/**
 * Who promises that what it acknowledged is on the device is watched doing so, in a process of its own under `strace`:
 * between one acknowledgement and the next a flush of its file must have begun and ended. For those who promise nothing
 * it is counted all the same.
 *
 * @returns {{ key: string, name: string, promised: boolean, appends: number, flushed: number }[] | { reason: string }}
 */
export function checkFlushes(contestants, { directory, progress, mutation }) {
  if (spawnSync('strace', ['-V']).error !== undefined) return { reason: 'strace is not installed' }
  return contestants.map((one) => {
    progress(`flushes of ${one.name}`)
    const flushed = watch(one, join(directory, `flushes-${one.key}`), mutation)
    const promised = one.flushed !== undefined
    if (promised && flushed < APPENDS)
      throw new CheckFailed(`${one.name}: ${APPENDS - flushed} of ${APPENDS} appends were acknowledged before a flush`)
    return { key: one.key, name: one.name, promised, appends: APPENDS, flushed }
  })
}

function watch({ key, flushed = /./ }, place, mutation) {
  mkdirSync(place, { recursive: true })
  const trace = join(place, 'trace')
  const calls = 'trace=fdatasync,fsync,msync,write'
  const args = ['-f', '-y', '-s', '32', '-e', calls, '-o', trace, process.execPath, CHILD, key, place, String(APPENDS)]
  // libuv's io_uring does not show its calls.
  const env = { ...process.env, UV_USE_IO_URING: '0', CLYRA_BENCH_MUTATION: mutation ?? '' }
  const { status, stderr } = spawnSync('strace', args, { encoding: 'utf8', env, timeout: 120_000 })
  if (status !== 0) throw new CheckFailed(`${key} could not be watched: ${stderr.trim().split('\n').at(-1)}`)
  return count(readFileSync(trace, 'utf8'), (path) => path.startsWith(place) && flushed.test(path))
}

/** How many acknowledgements had a flush that began after the one before and had ended. */
function count(trace, ours) {
  const begun = new Map()
  let since = 0
  let flushedAt = -1
  let good = 0
  trace.split('\n').forEach((line, at) => {
    const [, pid, call, path] = /^(\d+) +(\w+)\(\d+<([^>]*)>/.exec(line) ?? []
    const resumed = /^(\d+) +<\.\.\. (fdatasync|fsync) resumed>.* = 0/.exec(line)
    if (resumed !== null && begun.has(resumed[1])) {
      const started = begun.get(resumed[1])
      if (started > since) flushedAt = Math.max(flushedAt, started)
      begun.delete(resumed[1])
    } else if ((call === 'fdatasync' || call === 'fsync') && ours(path)) {
      if (line.includes('unfinished')) begun.set(pid, at)
      else if (line.endsWith(' = 0')) flushedAt = at
    } else if (call === 'write' && line.includes('"ack ')) {
      if (flushedAt > since) good++
      since = at
    }
  })
  return good
}
