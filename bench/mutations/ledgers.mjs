import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { CLYRA_REGISTRY, prepare } from '../../dist/src/events/index.js'
import { product } from '../product.mjs'

/** Ledgers with one broken part: each is a `product` that a row measures in place of the real one. */

/** `changes(below)` gives the methods that replace those of the ledger below. */
function withLedger(changes) {
  const wrap = async (opening) => {
    const below = await opening
    const replaced = changes(below)
    return new Proxy(below, {
      get(target, name) {
        if (name in replaced) return replaced[name]
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  return {
    ...product,
    open: (options) => wrap(product.open(options)),
    read: (options) => wrap(product.read(options)),
  }
}

/** Ends like any other, and then something is gone from its directory. */
const afterClose = (remove) =>
  withLedger((below) => ({
    close: async () => {
      await below.close()
      remove(product.layoutOf(below.directory))
    },
  }))

export const losesARecord = withLedger((below) => ({
  append: (stream, _, events) =>
    below.append(stream, 'any', Array.isArray(events) && events.length > 1 ? events.slice(0, -1) : events),
  appendMany: (appends) => below.appendMany(appends.slice(0, -1)),
}))

export const losesASingleEvent = withLedger((below) => {
  let count = 0
  return {
    append: async (stream, _, events) => (++count === 7 ? { position: 0n } : below.append(stream, 'any', events)),
  }
})

export const keepsAnotherEvent = withLedger((below) => ({
  append: (stream, expected, events) =>
    below.append(
      stream,
      expected,
      Array.isArray(events) ? events.map((event) => ({ ...event, data: { ...event.data, rows: '98' } })) : events,
    ),
}))

export const skipsTheFlush = {
  ...product,
  open: (options) => product.open({ ...options, flush: async () => undefined }),
}

export const skipsATile = afterClose(({ tiles }) => rmSync(join(tiles, 'tile', '0', '000'), { force: true }))

export const dropsTheIndex = afterClose(({ lmdb }) => rmSync(lmdb, { recursive: true, force: true }))

/** Looks at no schema. */
export const skipsValidation = withLedger((below) => ({
  append: (stream, expected, events) =>
    below.append(stream, expected, Array.isArray(events) ? prepare(events, { registry: PERMISSIVE }) : events),
}))

const PERMISSIVE = {
  ...CLYRA_REGISTRY,
  get: (type) => ({ ...CLYRA_REGISTRY.get(type), schema: z.any() }),
}

export const writesARepetition = withLedger((below) => ({
  append: async (stream, expected, events) => {
    const answer = await below.append(stream, expected, events)
    if (!answer.replayed) return answer
    return below.append(
      stream,
      'any',
      events.map(({ id: _, ...event }) => event),
    )
  },
}))

/** What was left open is closed when the check has spoken: `leftOpen` collects it. */
export const doesNotSeal = (leftOpen) => ({
  ...product,
  open: async (options) => {
    const below = await product.open({ ...options, sealDelayMs: 60_000 })
    leftOpen.push(below)
    return new Proxy(below, {
      get(target, name) {
        if (name === 'sealed' || name === 'close') return async () => undefined
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  },
})

/** Resolves with the right position, too early. */
export const acknowledgesEarly = withLedger((below) => {
  let next
  return {
    append: async (...args) => {
      next ??= await below.size()
      const position = next++
      void below.append(...args)
      return { position }
    },
  }
})

export const skipsASubscriber = withLedger((below) => ({
  subscribe: (options) =>
    (async function* () {
      let count = 0
      for await (const message of below.subscribe(options))
        if (message.kind !== 'record' || ++count !== 7) yield message
    })(),
}))

export const knowsNoIds = withLedger(() => ({ positionsOf: async (ids) => ids.map(() => undefined) }))

export const leavesOutAHash = withLedger((below) => ({
  prove: async (position) => {
    const proof = await below.prove(position)
    return { ...proof, hashes: proof.hashes.slice(1) }
  },
}))

export const provesAnotherGrowth = withLedger((below) => ({
  proveConsistency: async (size) => below.proveConsistency(size + 1n),
}))

export const provesTheWrongHead = withLedger((below) => ({
  proveHead: async (stream) => {
    const path = await below.proveHead(stream)
    return path.head === null ? path : { ...path, head: { ...path.head, revision: path.head.revision + 1n } }
  },
}))
