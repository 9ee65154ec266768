import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { CHROMIUM_FLAGS, chromium } from './chromium.js'
import { removeFolder } from './remove-folder.js'
import { startProgram } from './start-program.js'

/** A page in a headless Chromium, driven by the DevTools protocol over two pipes: no port, no package. */
export interface BrowserPage {
  /** One method of the protocol, in the session of the page. */
  send(method: string, params?: object): Promise<Readonly<Record<string, unknown>>>
  /** The value of an expression, awaited; it must be JSON. Throws what the page throws. */
  evaluate(expression: string): Promise<unknown>
  /** The same in the newest frame that the browser keeps apart (of another origin, or in a sandbox), once there is one. */
  evaluateInFrame(expression: string): Promise<unknown>
  /** Gives files to the element `<input type=file>` that the selector names, as a user does. */
  choose(selector: string, paths: readonly string[]): Promise<void>
  /** PNG of the whole page. */
  screenshot(): Promise<Buffer>
  /** What the page has said to its console and what its policy has refused. */
  readonly said: readonly string[]
  /** Every address that was asked for. */
  readonly asked: readonly string[]
  end(): Promise<void>
}

/** A busy machine of two cores needs tens of seconds for the start of a browser. */
const LIMIT_MS = 180_000

/** Opens an address (`file://` too) in a Chromium with a profile and a home of its own. */
export async function openPage(address: string): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), 'clyra-chromium-'))
  const browser = startProgram(
    chromium(),
    [...CHROMIUM_FLAGS, '--hide-scrollbars', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'],
    {
      cwd: profile,
      env: { ...process.env, HOME: profile },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    },
  )
  const end = async () => {
    await browser.end()
    await removeFolder(profile)
  }
  try {
    // Both are pipes, by `stdio` above.
    const protocol = new Protocol(browser.child.stdio[3] as Writable, browser.child.stdio[4] as Readable)
    const { targetInfos } = await protocol.send('Target.getTargets')
    const target = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page')
    const attached = await protocol.send('Target.attachToTarget', { targetId: target?.targetId, flatten: true })
    const page = new Page(protocol, String(attached['sessionId']), end)
    for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'DOM']) await page.send(`${domain}.enable`)
    await page.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true })
    await page.go(address)
    return page
  } catch (error) {
    await end()
    throw error
  }
}

type Message = Readonly<Record<string, unknown>>

/** Messages end in a zero byte, in both directions. */
class Protocol {
  readonly #to: Writable
  readonly #waiting = new Map<number, { resolve(result: Message): void; reject(error: Error): void }>()
  readonly #listeners: ((method: string, params: Message, session: unknown) => void)[] = []
  #last = 0

  constructor(to: Writable, from: Readable) {
    this.#to = to
    let rest = ''
    from.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0')
      rest = messages.pop() ?? ''
      for (const message of messages) this.#receive(JSON.parse(message))
    })
    from.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser has ended'))
    })
  }

  listen(listener: (method: string, params: Message, session: unknown) => void): void {
    this.#listeners.push(listener)
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Message> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${method}: no answer within ${LIMIT_MS} ms`)), LIMIT_MS)
      const done = () => {
        clearTimeout(limit)
        this.#waiting.delete(id)
      }
      this.#waiting.set(id, {
        resolve: (result) => {
          done()
          resolve(result)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      })
      this.#to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    })
  }

  #receive(message: Message): void {
    const { id, method, params, result, error, sessionId } = message
    if (typeof id === 'number') {
      const waiting = this.#waiting.get(id)
      if (error === undefined) waiting?.resolve((result ?? {}) as Message)
      else waiting?.reject(new Error(JSON.stringify(error)))
    } else for (const listener of this.#listeners) listener(String(method), (params ?? {}) as Message, sessionId)
  }
}

class Page implements BrowserPage {
  readonly said: string[] = []
  readonly asked: string[] = []
  readonly end: () => Promise<void>
  readonly #protocol: Protocol
  readonly #session: string
  #loaded: () => void = () => {}
  #attached: (session: string) => void = () => {}
  #frame = new Promise<string>((resolve) => {
    this.#attached = (session) => {
      resolve(session)
      this.#frame = Promise.resolve(session)
    }
  })

  constructor(protocol: Protocol, session: string, end: () => Promise<void>) {
    this.#protocol = protocol
    this.#session = session
    this.end = end
    protocol.listen((method, params) => {
      if (method === 'Page.loadEventFired') this.#loaded()
      if (method === 'Target.attachedToTarget' && (params['targetInfo'] as { type: string }).type === 'iframe')
        this.#attached(String(params['sessionId']))
      if (method === 'Network.requestWillBeSent') this.asked.push((params['request'] as { url: string }).url)
      if (method === 'Log.entryAdded') this.said.push((params['entry'] as { text: string }).text)
      if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled')
        this.said.push(JSON.stringify(params))
    })
  }

  async go(address: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve
    })
    await this.send('Page.navigate', { url: address })
    await loaded
  }

  send(method: string, params?: object): Promise<Message> {
    return this.#protocol.send(method, params, this.#session)
  }

  evaluate(expression: string): Promise<unknown> {
    return this.#evaluateIn(this.#session, expression)
  }

  async evaluateInFrame(expression: string): Promise<unknown> {
    return this.#evaluateIn(await this.#frame, expression)
  }

  async #evaluateIn(session: string, expression: string): Promise<unknown> {
    const asked = { expression, awaitPromise: true, returnByValue: true }
    const answer = await this.#protocol.send('Runtime.evaluate', asked, session)
    if (answer['exceptionDetails'] !== undefined) throw new Error(JSON.stringify(answer['exceptionDetails']))
    return (answer['result'] as { value?: unknown }).value
  }

  async choose(selector: string, paths: readonly string[]): Promise<void> {
    const { result } = (await this.send('Runtime.evaluate', {
      expression: `document.querySelector(${JSON.stringify(selector)})`,
    })) as { result: { objectId: string } }
    await this.send('DOM.setFileInputFiles', { files: paths, objectId: result.objectId })
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true })
    return Buffer.from(String(data), 'base64')
  }
}
