import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { checkTransferred } from '../../dist/src/index.js'
import { expect } from '../checks/expect.mjs'

/** Prepared batches that a worker may be ahead of their acknowledgement. */
const AHEAD = 4

/**
 * Workers that make events, `prepare` them and hand the bytes over (transferred, not copied); this thread only appends.
 * The event objects stand ready in the worker before the clock runs, as they do in a producer. Streams are shared out,
 * so that the batches of one stream come from one worker, in order.
 */
export async function startProducers(count, producing) {
  const file = fileURLToPath(new URL('../children/producer.mjs', import.meta.url))
  const workers = Array.from({ length: count }, () => new Worker(file, { workerData: producing }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  return {
    async ready(shape) {
      const answers = workers.map((worker) => once(worker, 'message'))
      workers.forEach((worker, part) => {
        worker.postMessage({ kind: 'ready', shape, part, parts: count })
      })
      await Promise.all(answers)
    },
    run: (ledger) => runAll(workers, ledger),
    end: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

async function runAll(workers, ledger) {
  let last = -1n
  const one = (worker) =>
    new Promise((resolve, reject) => {
      let under = 0
      let ended = false
      const take = async ({ stream, expected, prepared, emptied }) => {
        under++
        try {
          expect(emptied, 'the worker’s bytes were copied, not transferred')
          const { position } = await ledger.append(stream, expected, checkTransferred(prepared))
          if (position > last) last = position
          worker.postMessage({ kind: 'more', batches: 1 })
        } catch (error) {
          reject(error)
        }
        under--
        if (ended && under === 0) resolve()
      }
      worker.removeAllListeners('message')
      worker.on('message', (message) => {
        if (message.kind !== 'ended') return void take(message)
        ended = true
        if (under === 0) resolve()
      })
      worker.once('error', reject)
      worker.postMessage({ kind: 'more', batches: AHEAD })
    })
  await Promise.all(workers.map(one))
  for (const worker of workers) worker.removeAllListeners('message').removeAllListeners('error')
  return last
}
