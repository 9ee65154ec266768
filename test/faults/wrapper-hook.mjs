// Loaded before Clyra's own code by `node --import`: makes a fault inside one of its two processes. CLYRA_HOOK holds
//   in   clyra (the process that runs dbt) | recorder
//   at   load | asked | ended (a message to the recorder) | milliseconds after the program began to look after faults
//   file a file that must be there before those milliseconds count
//   does throw | reject | exit | oom | hang | year-10000 | the name of a signal
import { existsSync } from 'node:fs'
import { basename } from 'node:path'

const hook = JSON.parse(process.env.CLYRA_HOOK ?? '{}')

const FAULTS = {
  throw: () => {
    throw new Error('a fault that was put in')
  },
  reject: () => void Promise.reject(new Error('a fault that was put in')),
  exit: () => process.exit(99),
  oom: () => {
    for (const kept = []; ; ) kept.push(new Array(100_000).fill(kept.length))
  },
  hang: () => {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  'year-10000': () => {
    const ahead = Date.UTC(12_000, 0) - Date.now()
    const Real = Date
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length === 0 ? [Real.now() + ahead] : given))
      }
      static now() {
        return Real.now() + ahead
      }
    }
  },
}

const happen = () => (FAULTS[hook.does] ?? (() => process.kill(process.pid, hook.does)))()

if (basename(process.argv[1] ?? '') === `${hook.in}.js`) {
  if (hook.at === 'load') happen()
  else if (typeof hook.at === 'number') {
    const waiting = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0) return
      if (hook.file !== undefined && !existsSync(hook.file)) return
      clearInterval(waiting)
      setTimeout(happen, hook.at)
    }, 1)
  } else {
    // Not a listener: that would take messages before the program listens.
    const emit = process.emit
    process.emit = function (name, ...rest) {
      if (name === 'message' && rest[0]?.tell === hook.at) happen()
      return emit.call(this, name, ...rest)
    }
  }
}
