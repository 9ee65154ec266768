import { readFileSync } from 'node:fs'

const EVERY_MS = 20

/**
 * Watches the anonymous resident memory (RssAnon: what the process holds itself, without mapped files and their page
 * cache) of a process of this machine from outside. Linux only; elsewhere `end` gives undefined. `at`: the time
 * of the peak, in milliseconds since 1970.
 */
export function watchMemory(pid) {
  let samples = 0
  let [peak, at] = [0, 0]
  const look = () => {
    try {
      const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes === undefined) return
      samples++
      if (Number(kilobytes) * 1024 > peak) [peak, at] = [Number(kilobytes) * 1024, Date.now()]
    } catch {
      // It has ended, or this is not Linux.
    }
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    end() {
      clearInterval(timer)
      return samples === 0 ? undefined : { samples, peak, at }
    },
  }
}
