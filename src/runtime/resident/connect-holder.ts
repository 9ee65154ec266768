import { createConnection, type Socket } from 'node:net'
import type * as z from 'zod'
import { ClyraError, isClyraError } from '../../errors/index.js'
import type { EventInput } from '../../events/index.js'
import type { ExpectedRevision } from '../../ledger/index.js'
import type { User } from '../../system/index.js'
import { encodeFrame, type Frame, FrameReader, refused } from './frames.js'
import { ANSWERS, type Appender, errorIn, fixedEvent, PROTOCOL, type Request } from './protocol.js'
import { findSocket } from './socket-place.js'

/** How long a holder may take to say who it is, and to answer: a heads record of a large ledger takes a while. */
const HELLO_MS = 5_000
const ANSWER_MS = 60_000

export interface Asking {
  readonly user: User
  /** What this process is, as the holder writes it into what it records: `^[a-z0-9][a-z0-9._-]{0,63}$`. */
  readonly name: string
}

/** The holder of a ledger, over its socket. Requests are answered one after the other. */
export interface Holder extends Appender {
  /** The genesis leaf of the ledger that it holds, hex. */
  readonly identity: string
  close(): void
}

/**
 * Connects to the process that holds a state directory and serves it; undefined where none does, or none says who it
 * is in time: then the ledger's lock decides. Throws STATE_NOT_OURS (see `findSocket`), FORMAT_TOO_NEW where it speaks
 * another version.
 *
 * A call rejects with HOLDER_GONE where its answer was lost: what was asked may have been done. Asked again with the
 * same ids, an append is recorded once.
 */
export async function connectHolder(state: string, { user, name }: Asking): Promise<Holder | undefined> {
  const path = findSocket(state, user)
  if (path === undefined) return undefined
  const connection = new Connection(path)
  try {
    const { protocol, identity } = await connection.ask(
      { do: 'hello', protocol: PROTOCOL, name },
      { answer: ANSWERS.hello, patience: HELLO_MS },
    )
    if (protocol !== PROTOCOL) {
      throw new ClyraError('FORMAT_TOO_NEW', `the process that holds the ledger speaks ${protocol}, not ${PROTOCOL}`, {
        details: { protocol },
      })
    }
    return holderOver(connection, identity)
  } catch (error) {
    connection.close()
    if (isClyraError(error, 'HOLDER_GONE') || isClyraError(error, 'PEER_REFUSED')) return undefined
    throw error
  }
}

function holderOver(connection: Connection, identity: string): Holder {
  return {
    identity,
    append: async (stream, expectedRevision, events) =>
      connection.ask(
        { do: 'append', stream, expected: spelledRevision(expectedRevision) },
        { answer: ANSWERS.append, body: linesOf(events) },
      ),
    heads: () => connection.ask({ do: 'heads' }, { answer: ANSWERS.heads }),
    sealed: (position) => connection.ask({ do: 'sealed', position: position.toString() }, { answer: ANSWERS.sealed }),
    recordRedaction: async (subject, reason) =>
      (await connection.ask({ do: 'redaction', subject, reason }, { answer: ANSWERS.redaction })).position,
    rotateEvidenceKey: (next = {}) => connection.ask({ do: 'rotate', ...next }, { answer: ANSWERS.rotate }),
    revokeKey: async (id, { reason, compromisedSince }) => {
      const since = compromisedSince?.toString() ?? null
      const question = { do: 'revoke', id, reason, compromisedSince: since } as const
      return (await connection.ask(question, { answer: ANSWERS.revoke })).position
    },
    close: () => connection.close(),
  }
}

interface Expecting<Answer> {
  /** The form of the answer: a row of `ANSWERS`. */
  readonly answer: z.ZodType<Answer>
  readonly body?: Uint8Array
  /** Milliseconds. Default: a minute. */
  readonly patience?: number
}

/** One request at a time over a socket. */
class Connection {
  readonly #socket: Socket
  readonly #answers: AsyncGenerator<Frame>
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.#socket = createConnection(path)
    // Told by the answers that do not come; without a listener it would end the process.
    this.#socket.on('error', () => undefined)
    this.#answers = new FrameReader().read(this.#socket)
  }

  ask<Answer>(question: Request, { answer, body, patience = ANSWER_MS }: Expecting<Answer>): Promise<Answer> {
    const frame = encodeFrame(question, body)
    const answered = this.#last.then(async () => this.#read(await this.#send(frame, patience), question.do, answer))
    this.#last = answered.catch(() => undefined)
    return answered
  }

  /** Throws the error that the answer carries. */
  #read<Answer>(header: unknown, asked: Request['do'], answer: z.ZodType<Answer>): Answer {
    const error = errorIn(header)
    if (error !== undefined) throw error
    const parsed = answer.safeParse(header)
    if (parsed.success) return parsed.data
    this.close()
    throw refused(`the answer to ${asked} has another form`)
  }

  async #send(frame: Buffer, patience: number): Promise<unknown> {
    const timer = setTimeout(() => this.close(), patience)
    try {
      this.#socket.write(frame)
      const { value, done } = await this.#answers.next()
      if (done !== true) return value.header
    } catch (error) {
      this.close()
      if (isClyraError(error)) throw error
    } finally {
      clearTimeout(timer)
    }
    throw new ClyraError(
      'HOLDER_GONE',
      'the process that holds the ledger did not answer; whether it recorded what it was asked to is not known',
    )
  }

  close(): void {
    this.#socket.destroy()
  }
}

function spelledRevision(expected: ExpectedRevision): Extract<Request, { do: 'append' }>['expected'] {
  return typeof expected === 'bigint' ? expected.toString() : expected
}

/** Throws EVENT_INVALID for an event that would be another one each time that it is asked for. */
function linesOf(events: readonly EventInput[]): Buffer {
  return Buffer.from(events.map((event) => JSON.stringify(fixedEvent(event))).join('\n'), 'utf8')
}
