import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VerifyResult } from '@clyra/verify'
import { CHROMIUM_FLAGS, chromium, removeFolder, startProgram } from '../services/index.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The built verifier exactly as its package holds it, its two dependencies by import map, and nothing else. */
const page = (trust: readonly string[]) => `<!doctype html><meta charset="utf-8">
<script type="importmap">{"imports":{"@noble/ed25519":"/node_modules/@noble/ed25519/index.js","@noble/hashes/":"/node_modules/@noble/hashes/"}}</script>
<pre id="answer"></pre>
<script type="module">
const say = (text) => fetch('/answer', { method: 'POST', body: text })
try {
  const { verifyBundle } = await import('/verifier/ts/dist/index.js')
  const bytes = new Uint8Array(await (await fetch('/bundle')).arrayBuffer())
  await say(JSON.stringify(await verifyBundle(bytes, { trust: ${JSON.stringify(trust)} })))
} catch (error) { await say(JSON.stringify({ error: String(error.stack ?? error) })) }
</script>`

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.json': 'application/json' }

/** A browser that starts on a busy machine of two cores needs tens of seconds. */
const LIMIT_MS = 180_000

/** Runs `verifyBundle` of the built package in headless Chromium, from a page on loopback. */
export async function verifyInChromium(bundle: Uint8Array, trust: readonly string[]): Promise<VerifyResult> {
  let resolve: (text: string) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<string>((onAnswer, onError) => {
    resolve = onAnswer
    reject = onError
  })
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (path === '/answer') {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      request.on('end', () => {
        response.end()
        resolve(body)
      })
    } else if (path === '/bundle') response.end(bundle)
    else if (path === '/') response.setHeader('content-type', 'text/html').end(page(trust))
    else if (path.startsWith('/verifier/ts/dist/') || path.startsWith('/node_modules/@noble/')) {
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
      response.end(readFileSync(join(root, path)))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const profile = mkdtempSync(join(tmpdir(), 'clyra-chromium-'))
  const flags = [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`]
  // Its own home too: what Chromium keeps beside the profile is not shared with another test's.
  const browser = startProgram(chromium(), [...flags, `http://127.0.0.1:${address.port}/`], {
    cwd: profile,
    env: { ...process.env, HOME: profile },
    stdio: 'ignore',
  })
  const limit = setTimeout(() => reject(new Error(`Chromium gave no answer within ${LIMIT_MS} ms`)), LIMIT_MS)
  browser.child.once('error', reject)
  try {
    const answer: VerifyResult | { error: string } = JSON.parse(await promise)
    if ('error' in answer) throw new Error(answer.error)
    return answer
  } finally {
    clearTimeout(limit)
    await browser.end()
    server.closeAllConnections()
    server.close()
    await removeFolder(profile)
  }
}
