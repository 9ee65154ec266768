// A worker thread that produces prepared events; see contestants/producers.mjs.
import { parentPort, workerData } from 'node:worker_threads'
import { prepare, transferListOf } from '../../dist/src/index.js'
import { makeWorkload } from '../workload.mjs'

const workload = makeWorkload('v7')
let batches = []
let emptied = true
let ended = false

parentPort.on('message', (message) => {
  if (message.kind === 'ready') {
    const { shape, part, parts } = message
    batches = workload.batches(shape).filter(({ stream }) => Number(stream.slice(4)) % parts === part)
    emptied = true
    ended = false
    parentPort.postMessage({ kind: 'ready' })
    return
  }
  for (let i = 0; i < message.batches && batches.length > 0; i++) {
    const { stream, expected, events } = batches.shift()
    const prepared = prepare(events)
    const transferred = workerData === 'copies' ? [] : transferListOf(prepared)
    parentPort.postMessage({ kind: 'batch', stream, expected, prepared, emptied }, transferred)
    // The buffer of what was transferred is empty here; the next message says whether it was.
    emptied = prepared.bytes.byteLength === 0
  }
  if (batches.length > 0 || ended) return
  ended = true
  parentPort.postMessage({ kind: 'ended' })
})
parentPort.postMessage({ kind: 'started' })
