import { readFileSync } from 'node:fs'

const EVERY_MS = 20

/**
 * Watches the anonymous resident memory (RssAnon: what the process holds itself, without mapped files and their page
 * cache) of a process of this machine from outside. Linux only; elsewhere `end` gives undefined.
 */
export function watchMemory(pid) {
  const seen = []
  const look = () => {
    try {
      const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes !== undefined) seen.push(Number(kilobytes) * 1024)
    } catch {
      // It has ended, or this is not Linux.
    }
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    end() {
      clearInterval(timer)
      return seen.length === 0 ? undefined : { samples: seen.length, peak: Math.max(...seen) }
    },
  }
}
