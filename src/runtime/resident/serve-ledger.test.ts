import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hex } from '../../canonical/index.js'
import { ClyraError } from '../../errors/index.js'
import type { EventInput } from '../../events/index.js'
import { createMemoryLedger } from '../../stores/memory/index.js'
import { userOf } from '../../system/index.js'
import { connectHolder } from './connect-holder.js'
import { encodeFrame } from './frames.js'
import { PROTOCOL } from './protocol.js'
import { type HeldLedger, type ServedLedger, serveLedger } from './serve-ledger.js'
import { claimSocket } from './socket-place.js'

const user = userOf(process.geteuid?.(), {})
let folder: string
let state: string
const opened: AsyncDisposable[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-served-'))
  state = join(folder, 'state')
  mkdirSync(state)
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function held(directory = state, changed: Partial<HeldLedger> = {}, patienceMs = 30_000) {
  const ledger = await createMemoryLedger({})
  const warnings: string[] = []
  const view: HeldLedger = {
    identity: ledger.identity,
    directory,
    size: () => ledger.size(),
    append: (stream, expected, events, options) => ledger.append(stream, expected, events, options),
    heads: () => ledger.heads(),
    sealed: (position) => ledger.sealed(position),
    recordRedaction: (subject, reason) => ledger.recordRedaction(subject, reason),
    rotateEvidenceKey: (next) => ledger.rotateEvidenceKey(next),
    revokeKey: (id, how) => ledger.revokeKey(id, how),
    ...changed,
  }
  const options = { user, short: [tmpdir()], patienceMs, onWarning: (text: string) => warnings.push(text) }
  const served = await serveLedger(view, options)
  opened.push(ledger, served)
  return { ledger, served, warnings, again: () => serveLedger(view, options) }
}

const event = (id: string, value = ''): EventInput => ({
  id: `01980000-0000-7000-8000-${id.padStart(12, '0')}`,
  source: '/test',
  time: '2026-01-01T00:00:00.000Z',
  type: 'com.example.a.v1',
  data: { value },
})
const connect = () => connectHolder(state, { user, name: 'test' })

/** A peer that sends what it likes; `ended` settles with what came back when the other side has closed. */
function rawPeer({ path }: ServedLedger): { socket: Socket; ended: Promise<string> } {
  const socket = createConnection(path)
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  socket.on('error', () => undefined)
  const ended = new Promise<string>((resolve) =>
    socket.on('close', () => resolve(Buffer.concat(parts).toString('utf8'))),
  )
  return { socket, ended }
}

describe('a served ledger', () => {
  it('records what a peer appends as anything else, once however often it is asked', async () => {
    const { ledger } = await held()
    const holder = await connect()
    expect(holder?.identity).toBe(hex(ledger.identity))
    const first = await holder?.append('jobs-a', 'no-stream', [event('1'), event('2')])
    const again = await holder?.append('jobs-a', 'no-stream', [event('1'), event('2')])
    expect(first).toMatchObject({ revision: 1n, replayed: false })
    expect(again).toMatchObject({ positions: first?.positions, replayed: true })
    const { position } = (await holder?.heads()) ?? { position: -1n }
    expect((await holder?.sealed(position))?.size).toBe(position + 1n)
    expect((await ledger.streamHead('jobs-a'))?.revision).toBe(1n)
    for await (const { event } of ledger.readStream('jobs-a')) expect(event.submitter).toBe('peer:test')
    holder?.close()
  })

  it('admits what comes over the socket as strictly, and says why not with the code', async () => {
    await held()
    const holder = await connect()
    await expect(holder?.append('ledger-heads', 'any', [event('1')])).rejects.toMatchObject({ code: 'RESERVED_STREAM' })
    await expect(holder?.append('jobs-a', 'stream-exists', [event('1')])).rejects.toMatchObject({
      code: 'STREAM_ABSENT',
    })
    await expect(
      holder?.append('jobs-a', 'any', [{ ...event('1'), type: 'dev.clyra.run.nothing.v1' }]),
    ).rejects.toMatchObject({ code: 'UNKNOWN_TYPE' })
    // Holds: a peer may send what the types refuse.
    const pretending = { ...event('1'), submitter: 'local' } as EventInput
    await expect(holder?.append('jobs-a', 'any', [pretending])).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    await expect(
      holder?.append('jobs-a', 'any', [{ source: '/x', type: 'com.example.a.v1', data: {} }]),
    ).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    // What was refused takes nothing away from what follows.
    expect(await holder?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    holder?.close()
  })

  it('waits while the queue is full, and does not tell the peer', async () => {
    let full = 3
    await held(state, {
      append: async () => {
        if (--full > 0) throw new ClyraError('QUEUE_FULL', 'full')
        return { position: 1n, positions: [1n], ids: ['a'], revision: 0n, replayed: false }
      },
    })
    const holder = await connect()
    expect(await holder?.append('jobs-a', 'any', [event('1')])).toMatchObject({ position: 1n })
    expect(full).toBe(0)
    holder?.close()
  })

  it('tells who speaks another version which one it speaks, and does nothing for it', async () => {
    const { served } = await held()
    const { socket, ended } = rawPeer(served)
    socket.write(encodeFrame({ do: 'hello', protocol: 'clyra.resident/2', name: 'x' }))
    socket.write(encodeFrame({ do: 'heads' }))
    expect(await ended).toMatch(/"protocol":"clyra\.resident\/1".*PEER_REFUSED/s)
  })

  it('lies in a folder for its owner alone, and leaves nothing behind', async () => {
    const { served } = await held()
    expect(statSync(dirname(served.path)).mode & 0o777).toBe(0o700)
    expect(statSync(served.path).mode & 0o777).toBe(0o600)
    await served.close()
    expect(existsSync(served.path)).toBe(false)
    expect(await connect()).toBeUndefined()
  })

  it('answers what was asked before it closes, and then says that it is gone', async () => {
    let release: () => void = () => undefined
    const wait = new Promise<void>((resolve) => {
      release = resolve
    })
    const { served } = await held(state, { heads: () => wait.then(() => ({ position: 5n }) as never) })
    const holder = await connect()
    const asked = holder?.heads()
    await sleep(50)
    const closing = served.close()
    release()
    expect(await asked).toEqual({ position: 5n })
    await closing
    await expect(holder?.heads()).rejects.toMatchObject({ code: 'HOLDER_GONE' })
  })

  it('is found though the path of its state directory is too long for a socket', async () => {
    state = join(folder, 'x'.repeat(120), '.clyra')
    mkdirSync(state, { recursive: true })
    const { served } = await held()
    expect(dirname(dirname(served.path))).toBe(tmpdir())
    const holder = await connect()
    expect(await holder?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    holder?.close()
    await served.close()
    expect([existsSync(dirname(served.path)), existsSync(join(state, 'socket', 'elsewhere'))]).toEqual([false, false])
  })
})

describe('a peer that misbehaves harms nobody else', () => {
  const hello = encodeFrame({ do: 'hello', protocol: PROTOCOL, name: 'x' })
  const huge = Buffer.from([0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff])
  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), 'PEER_REFUSED'],
    ['a frame that is too large', huge, 'PEER_REFUSED'],
    ['a header that is too large', Buffer.from([0, 0, 0x40, 1, 0, 0, 0, 0]), 'PEER_REFUSED'],
    ['a request before it says who asks', encodeFrame({ do: 'heads' }), 'PEER_REFUSED'],
    ['a request that there is not', Buffer.concat([hello, encodeFrame({ do: 'drop' })]), 'PEER_REFUSED'],
    [
      'a line that is no event',
      Buffer.concat([
        hello,
        encodeFrame({ do: 'append', stream: 'a-b', expected: 'any' }, Buffer.from('null')),
        encodeFrame({ do: 'drop' }),
      ]),
      'EVENT_INVALID',
    ],
    ['a name that pretends', encodeFrame({ do: 'hello', protocol: PROTOCOL, name: 'peer:x' }), 'PEER_REFUSED'],
  ])('%s ends it with a code', async (_what, bytes, code) => {
    const { served, warnings } = await held()
    const good = await connect()
    const { socket, ended } = rawPeer(served)
    socket.write(bytes)
    expect(await ended).toContain(code)
    expect(await good?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    expect(warnings).toEqual([expect.stringContaining('a peer of the ledger was ended')])
    good?.close()
  })

  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['half a frame', hello.subarray(0, 11)],
    ['half a frame after a hello', Buffer.concat([hello, hello.subarray(0, 11)])],
  ])('%s meets a deadline, and is told so', async (_what, bytes) => {
    const { served, warnings } = await held(state, {}, 300)
    const good = await connect()
    const { socket, ended } = rawPeer(served)
    socket.write(bytes)
    expect(await ended).toMatch(/PEER_REFUSED.*within 0\.3 s/s)
    expect(warnings).toEqual([expect.stringContaining('within 0.3 s')])
    // One that owes nothing may be silent for as long as it likes.
    expect(await good?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    good?.close()
  })

  it('more bytes of the same frame give it no more time', async () => {
    const { served, warnings } = await held(state, {}, 300)
    const { socket, ended } = rawPeer(served)
    socket.write(Buffer.concat([hello, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0])]))
    const drips = setInterval(() => socket.destroyed || socket.write(' '), 20)
    await ended
    clearInterval(drips)
    expect(warnings).toEqual([expect.stringContaining('within 0.3 s')])
  })

  it('an answer that is not read meets the same deadline', async () => {
    const ids = Array.from({ length: 100_000 }, () => 'x'.repeat(36))
    const append = async () => ({ position: 1n, positions: [1n], ids, revision: 0n, replayed: false })
    const { served, warnings } = await held(state, { append }, 300)
    const socket = createConnection(served.path)
    socket.write(Buffer.concat([hello, encodeFrame({ do: 'append', stream: 'a-b', expected: 'any' })]))
    await expect.poll(() => warnings, { timeout: 5000 }).toEqual([expect.stringContaining('within 0.3 s')])
    socket.destroy()
  })

  it('half a frame, nothing at all, or a reset waits for nobody and is not told of', async () => {
    const { served } = await held()
    const half = rawPeer(served)
    half.socket.write(hello.subarray(0, 11))
    const silent = rawPeer(served)
    const reset = rawPeer(served)
    reset.socket.write(Buffer.concat([hello, encodeFrame({ do: 'heads' })]))
    reset.socket.destroy()
    const good = await connect()
    expect(await good?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    await served.close()
    await Promise.all([half.ended, silent.ended, reset.ended])
  })

  it('what one sends faster than it is answered stays with it', async () => {
    let calls = 0
    const { served } = await held(state, {
      append: () => {
        calls++
        return new Promise(() => undefined)
      },
    })
    const { socket } = rawPeer(served)
    const body = Buffer.from(JSON.stringify(event('1', 'x'.repeat(1 << 20))))
    const frame = encodeFrame({ do: 'append', stream: 'jobs-a', expected: 'any' }, body)
    socket.write(hello)
    for (let i = 0; i < 40; i++) socket.write(frame)
    await sleep(500)
    expect(calls).toBe(1)
    // 40 MiB were sent; but what the system and one reader hold has stayed here.
    expect(socket.writableLength).toBeGreaterThan(30 << 20)
    socket.destroy()
    opened.length = 0
  })
})

describe('what lies in the place of a socket', () => {
  it('is replaced by the next holder where it is a socket that a killed one left', async () => {
    const path = join(state, 'socket', 'holder')
    mkdirSync(dirname(path), { mode: 0o755 })
    const killed = createServer()
    await new Promise<void>((resolve) => killed.listen(`${path}-`, resolve))
    // Under this name it stays when the server ends.
    renameSync(`${path}-`, path)
    await new Promise((resolve) => killed.close(resolve))
    chmodSync(dirname(path), 0o700)
    expect(await connect()).toBeUndefined()
    chmodSync(dirname(path), 0o755)
    const { served } = await held()
    expect([served.path, lstatSync(path).isSocket()]).toEqual([path, true])
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    const holder = await connect()
    expect(holder).toBeDefined()
    holder?.close()
  })

  it('is left as it is, and named, where it is anything else', async () => {
    const path = join(state, 'socket', 'holder')
    mkdirSync(dirname(path), { mode: 0o700 })
    const precious = join(folder, 'precious')
    writeFileSync(precious, 'precious')
    for (const put of [() => writeFileSync(path, 'x'), () => mkdirSync(path), () => symlinkSync(precious, path)]) {
      put()
      expect(await connect()).toBeUndefined()
      await expect(held()).rejects.toMatchObject({ code: 'OUTPUT_EXISTS', details: { path } })
      expect(lstatSync(path).isSocket()).toBe(false)
      rmSync(path, { recursive: true })
    }
    expect(readFileSync(precious, 'utf8')).toBe('precious')
    await held()
  })

  it.each(['elsewhere', 'serving'])(
    '%s beside it is no link, no FIFO and nothing else of another kind',
    async (name) => {
      const path = join(state, 'socket', name)
      mkdirSync(dirname(path), { mode: 0o700 })
      const other = join(folder, 'other')
      if (name === 'serving') mkdirSync(other)
      else writeFileSync(other, join(folder, 'holder'))
      const wrong = name === 'serving' ? () => writeFileSync(path, '') : () => mkdirSync(path)
      for (const put of [() => symlinkSync(other, path), () => execFileSync('mkfifo', [path]), wrong]) {
        put()
        await expect(held()).rejects.toMatchObject({ code: 'NOT_A_REGULAR_FILE', details: { path } })
        if (name === 'elsewhere') await expect(connect()).rejects.toMatchObject({ code: 'NOT_A_REGULAR_FILE' })
        rmSync(path, { recursive: true })
      }
      await held()
    },
  )

  it('is one: a ledger that is served is not served a second time, also at the same moment', async () => {
    const { served, again } = await held()
    await expect(again()).rejects.toMatchObject({ code: 'LEDGER_LOCKED', message: expect.stringContaining('served') })
    const holder = await connect()
    expect(await holder?.append('jobs-a', 'any', [event('1')])).toMatchObject({ revision: 0n })
    holder?.close()
    await served.close()
    const both = await Promise.allSettled([again(), again()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const one of both) if (one.status === 'fulfilled') await one.value.close()
  })

  it('is not followed where it is a link, and nothing is made behind one', async () => {
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, join(state, 'socket'))
    await expect(held()).rejects.toMatchObject({ code: 'NOT_A_REGULAR_FILE' })
    expect(readdirSync(elsewhere)).toEqual([])
  })

  it('is not in a folder of another user', async () => {
    const stranger = (user.uid ?? 0) + 4321
    mkdirSync(join(state, 'socket'), { mode: 0o700 })
    // Only root can give a folder away; another user is another one to whom the folder is not his.
    if (user.uid === 0) chownSync(join(state, 'socket'), stranger, stranger)
    const asking = user.uid === 0 ? user : { uid: stranger, sudoUid: undefined }
    await expect(claimSocket(state, { user: asking, short: [] })).rejects.toMatchObject({ code: 'STATE_NOT_OURS' })
  })

  it('is believed only where others cannot have put it there', async () => {
    const { served } = await held()
    chmodSync(dirname(served.path), 0o755)
    await expect(connect()).rejects.toMatchObject({ code: 'STATE_NOT_OURS' })
    const stranger = { uid: (user.uid ?? 0) + 1, sudoUid: undefined }
    chmodSync(dirname(served.path), 0o700)
    const found = connectHolder(state, { user: stranger, name: 'test' })
    if (user.uid === 0) expect((await found)?.close()).toBeUndefined()
    else await expect(found).rejects.toMatchObject({ code: 'STATE_NOT_OURS' })
  })

  it('is nobody where what answers is not ours, or says nothing', async () => {
    mkdirSync(join(state, 'socket'), { mode: 0o700 })
    const foreign = createServer((socket) => socket.resume().end('220 mail.example.org ESMTP\r\n'))
    await new Promise<void>((resolve) => foreign.listen(join(state, 'socket', 'holder'), resolve))
    expect(await connect()).toBeUndefined()
    await new Promise((resolve) => foreign.close(resolve))
  })
})
