import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { summary } from './statistics.mjs'

/** What the figures were measured on, as lines of text. */
export function machine(directory) {
  const processors = cpus()
  return [
    `- ${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 1e9)} GB, ${type()} ${release()}, Node ${process.versions.node}`,
    `- load when it began: ${loadavg()[0].toFixed(1)} runnable tasks (1 minute); more than 0.5 a processor means that others worked too`,
    `- one fdatasync of 4 KB on the disk used: ${flushTime(directory).toFixed(2)} ms (median of 50)`,
    `- ${new Date().toISOString().slice(0, 10)}, commit ${commit()}`,
  ]
}

function flushTime(directory) {
  const file = openSync(join(directory, 'flush'), 'w')
  const page = Buffer.alloc(4096, 1)
  const times = Array.from({ length: 50 }, (_, i) => {
    const begun = performance.now()
    writeSync(file, page, 0, page.length, i * page.length)
    fdatasyncSync(file)
    return performance.now() - begun
  })
  closeSync(file)
  return summary(times).median
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
