import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseStrict } from '../../canonical/index.js'
import { codedError, fromSystemError, isClyraError } from '../../errors/index.js'
import type { EventInput } from '../../events/index.js'
import type { ExpectedRevision, Ledger } from '../../ledger/index.js'
import { encodeFrame, type Frame, FrameReader, refused } from './frames.js'
import { type Asked, failureOf, fixedEvent, PROTOCOL, request, spelled } from './protocol.js'
import { claimSocket, closeToOthers, type SocketOwner } from './socket-place.js'

/** Peers at a time; one more is not answered and comes again. */
const MOST_PEERS = 32
/** How long a peer may take for its hello, for a frame from the first byte to the last, and to read an answer. */
const PATIENCE_MS = 30_000
/** A request without its events: the longest name of a stream fits many times. */
const MAX_REQUEST_BYTES = 16 << 10
/** After so long the ledger's queue is tried again where it was full. */
const QUEUE_RETRY_MS = 20

/** What others are served: a ledger that is held for writing, and its state directory. */
export interface HeldLedger
  extends Pick<
    Ledger,
    'identity' | 'size' | 'append' | 'heads' | 'sealed' | 'recordRedaction' | 'rotateEvidenceKey' | 'revokeKey'
  > {
  readonly directory: string
}

export interface ServeOptions extends SocketOwner {
  /** How long a peer may take for what it owes. Default: half a minute. */
  readonly patienceMs?: number
  /** Told of a peer that was ended. Default: nobody. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** The serving of a ledger. It keeps no process alive; close it before the ledger. */
export interface ServedLedger extends AsyncDisposable {
  /** Where it listens. */
  readonly path: string
  /** Takes no further request, ends those that are being answered, and removes the socket. Idempotent. */
  close(): Promise<void>
}

/**
 * Serves a held ledger to other processes of the same user over a socket in its state directory: whoever may enter the
 * folder may ask. What they append is admitted as anything else, under the submitter `peer:<name>`: a peer says the name,
 * and cannot leave out the prefix. What the ledger records for them of itself (heads, keys, erasures) has the holder's.
 *
 * Each peer is answered in the order of its requests, one at a time, and read no further meanwhile: at most one frame of
 * it (8 MiB) waits here, also while the ledger's own queue is full. A peer that sends what is no frame, or a larger one, or stalls inside one, is ended; the others
 * do not notice.
 *
 * Rejects with LEDGER_LOCKED (it is served already), OUTPUT_EXISTS (something that is no socket lies in its place),
 * STATE_NOT_OURS, NOT_A_REGULAR_FILE, CONFIG_INVALID (a path too long for a socket), and what the file system says.
 */
export async function serveLedger(ledger: HeldLedger, options: ServeOptions): Promise<ServedLedger> {
  const claimed = await claimSocket(ledger.directory, options)
  const peers = new Set<Peer>()
  const server = createServer((socket) => {
    const peer = new Peer(socket, ledger, options.patienceMs ?? PATIENCE_MS, options.onWarning ?? (() => undefined))
    peers.add(peer)
    peer.ended.finally(() => peers.delete(peer))
  })
  server.maxConnections = MOST_PEERS
  server.unref()
  try {
    await listen(server, claimed.path)
  } catch (error) {
    await claimed.release()
    throw error
  }
  let closed: Promise<void> | undefined
  const close = async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const peer of peers) peer.close()
    await Promise.all([...peers].map((peer) => peer.ended))
    await ended
    await claimed.release()
  }
  const closeOnce = () => {
    closed ??= close()
    return closed
  }
  return { path: claimed.path, close: closeOnce, [Symbol.asyncDispose]: closeOnce }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(fromSystemError(error, 'listen at', path)))
    server.listen(path, () => {
      closeToOthers(path)
      // One that cannot be taken in (too many files are open) comes again.
      server.removeAllListeners('error').on('error', () => undefined)
      resolve()
    })
  })
}

/** One connection. Never rejects: what goes wrong with a peer is told and ends it. */
class Peer {
  readonly #socket: Socket
  readonly #ledger: HeldLedger
  readonly #reader = new FrameReader({ maxHeaderBytes: MAX_REQUEST_BYTES })
  readonly #patienceMs: number
  #name: string | undefined
  /** Runs while the peer owes something. */
  #deadline: NodeJS.Timeout | undefined
  #working = false
  #closing = false
  readonly ended: Promise<void>

  constructor(socket: Socket, ledger: HeldLedger, patienceMs: number, tell: (message: string) => void) {
    this.#socket = socket
    this.#ledger = ledger
    this.#patienceMs = patienceMs
    socket.unref()
    socket.on('error', () => undefined)
    this.#owes()
    this.ended = this.#serve().catch((error: unknown) =>
      tell(`a peer of the ledger was ended: ${codedError(error).message}`),
    )
  }

  /** Ends it, once what it asked is answered. */
  close(): void {
    this.#closing = true
    if (!this.#working) this.#socket.destroy()
  }

  async #serve(): Promise<void> {
    try {
      for await (const frame of this.#reader.read(this.#bytes())) {
        this.#paid()
        this.#working = true
        await this.#write(await this.#answer(frame))
        this.#working = false
        if (this.#closing) return
        // The beginning of the next one came with it.
        if (this.#name === undefined || this.#reader.inside) this.#owes()
      }
    } catch (error) {
      // Reset by the peer: nothing is left to be said, to it or of it.
      if (this.#socket.destroyed && !isClyraError(error, 'PEER_REFUSED')) return
      await this.#write(failureOf(codedError(error)))
      throw error
    } finally {
      this.#paid()
      this.#socket.destroy()
    }
  }

  async *#bytes(): AsyncGenerator<Buffer> {
    // Left open where a frame is refused: the peer is told why.
    for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
      this.#owes()
      yield chunk
    }
  }

  /** From the first time on; more bytes of the same frame give no more time. */
  #owes(): void {
    this.#deadline ??= setTimeout(() => this.#end(), this.#patienceMs).unref()
  }

  #paid(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
  }

  #end(): void {
    const late = refused(`a frame was not ended, or an answer not read, within ${this.#patienceMs / 1000} s`)
    // What the system takes at once; nobody waits for the rest.
    if (this.#socket.writableLength === 0) this.#socket.write(encodeFrame(failureOf(late)))
    this.#socket.destroy(late)
  }

  /** Throws PEER_REFUSED for what is no request; what the ledger refuses is an answer. */
  async #answer({ header, body }: Frame): Promise<object> {
    const parsed = request.safeParse(header)
    if (!parsed.success) throw refused('the header of a frame is no request')
    const asked = parsed.data
    if (asked.do === 'hello') {
      // Who speaks another version is told this one, and does no more here.
      if (asked.protocol === PROTOCOL) this.#name = asked.name
      const size = await this.#ledger.size()
      return { protocol: PROTOCOL, identity: this.#ledger.identity, size }
    }
    if (this.#name === undefined) throw refused('the first request has to say who asks')
    try {
      return await this.#do(asked, body, `peer:${this.#name}`)
    } catch (error) {
      return failureOf(codedError(error))
    }
  }

  async #do(asked: Exclude<Asked, { do: 'hello' }>, body: Uint8Array, submitter: string): Promise<object> {
    const ledger = this.#ledger
    switch (asked.do) {
      case 'append':
        return this.#append(asked.stream, asked.expected, eventsIn(body), submitter)
      case 'heads':
        return { position: (await ledger.heads()).position }
      case 'sealed':
        return { size: (await ledger.sealed(asked.position)).size }
      case 'redaction':
        return { position: await ledger.recordRedaction(asked.subject, asked.reason) }
      case 'rotate':
        return ledger.rotateEvidenceKey({ key: asked.key, algorithm: asked.algorithm })
      case 'revoke': {
        const { id, reason, compromisedSince } = asked
        const since = compromisedSince === null ? {} : { compromisedSince }
        return { position: await ledger.revokeKey(id, { reason, ...since }) }
      }
    }
  }

  /** Waits while the ledger's queue is full: the peer is not read meanwhile. */
  async #append(stream: string, expected: ExpectedRevision, events: EventInput[], submitter: string) {
    for (;;) {
      try {
        return await this.#ledger.append(stream, expected, events, { submitter })
      } catch (error) {
        if (!isClyraError(error, 'QUEUE_FULL') || this.#closing || this.#socket.destroyed) throw error
      }
      await sleep(QUEUE_RETRY_MS)
    }
  }

  /** Resolves when the system has taken it, or the peer is gone. */
  async #write(answer: object): Promise<void> {
    if (this.#socket.destroyed) return
    this.#owes()
    await new Promise<void>((resolve) => {
      this.#socket.once('close', resolve)
      this.#socket.write(encodeFrame(JSON.parse(spelled(answer))), () => {
        this.#socket.removeListener('close', resolve)
        resolve()
      })
    })
    this.#paid()
  }
}

/** The events of an append, a line of JSON each. What they hold is judged by the ledger, as for any other producer. */
function eventsIn(body: Uint8Array): EventInput[] {
  const lines: EventInput[] = []
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(0x0a, start)
    const line = body.subarray(start, end === -1 ? body.length : end)
    lines.push(fixedEvent(parseStrict(line)))
    start += line.length + 1
  }
  return lines
}
