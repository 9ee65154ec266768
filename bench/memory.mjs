import { readFileSync } from 'node:fs'

const EVERY_MS = 20
/** A program of a few dozen milliseconds must be met. */
const PEAK_EVERY_MS = 2

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

/**
 * The most memory that a process had since its start (VmHWM: also of files and of the program itself), as the system keeps it;
 * looked at until it ends, so what it took in its last moments may be missing. Linux only; elsewhere `end` gives 0. Bytes.
 */
export function watchPeak(pid) {
  let peak = 0
  const timer = setInterval(() => {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      if (kilobytes !== undefined) peak = Number(kilobytes) * 1024
    } catch {
      // It has ended, or this is not Linux.
    }
  }, PEAK_EVERY_MS)
  return {
    end() {
      clearInterval(timer)
      return peak
    },
  }
}
