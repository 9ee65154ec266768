/** The verifier page as people open it: the built file, from file://, in a real browser. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERIFIER_PAGE, verifierPage } from '../../scripts/verifier-page.mjs'
import { discard, PROJECT, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { type BrowserPage, openPage, requireService } from '../services/index.js'
import { hostileBundle, largeBundle } from './bundles.js'

const VECTORS = join(PROJECT, 'spec', 'bundle', 'test-vectors')
const KEY = 'vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK'
const built = readFileSync(VERIFIER_PAGE, 'utf8')
/** Far from what a busy machine takes for one answer. */
const LONGEST_MS = 60_000
/** Where pictures of the page are wanted. */
const PICTURES = process.env['CLYRA_PICTURES']

describe('the file of the verifier page', () => {
  it('is one file under 120 kB that names nothing to load', () => {
    expect(Buffer.byteLength(built)).toBeLessThan(120_000)
    expect(built).not.toMatch(/<(link|img|iframe|object|embed|base)\b/)
    expect(built).not.toMatch(/\b(src|href)\s*=\s*["']/)
    expect(built.match(/<script>/g)).toHaveLength(1)
  })

  it('lets no script run but its own, by digest, and loads and sends nothing', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(built)?.[1]?.split('; ') ?? []
    const script = /<script>([\s\S]*?)<\/script>/.exec(built)?.[1] ?? ''
    const digest = createHash('sha256').update(script).digest('base64')
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${digest}'`,
      'worker-src blob:',
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  it('is the same bytes when it is made again, and bears the notices of what is in it', async () => {
    expect(await verifierPage()).toBe(built)
    for (const name of ['@noble/hashes', '@noble/ed25519'])
      expect(built).toMatch(new RegExp(`${name} [0-9.]+ \\(MIT\\)`))
  })

  it('is written by `clyra verify --page`, with its digest', async () => {
    const folder = sandbox()
    const said = await clyraJsonHere(folder, ['verify', '--page', '-o', 'check.html'])
    const file = join(folder, 'project', 'check.html')
    expect(said).toEqual({
      page: file,
      size: Buffer.byteLength(built),
      sha256: createHash('sha256').update(built).digest('hex'),
    })
    expect(readFileSync(file, 'utf8')).toBe(built)
    // A file of the user's is not replaced unasked, and a page is not written where evidence was named.
    writeFileSync(file, 'mine')
    expect((await clyraHere(folder, ['verify', '--page', '-o', 'check.html'])).status).not.toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    for (const args of [['verify'], ['verify', 'b.zip', '--page'], ['verify', 'b.zip', '-o', 'x.html']])
      expect(await clyraHere(folder, args)).toMatchObject({ status: 2, stderr: expect.stringContaining('(USAGE)') })
    await discard(folder)
  })
})

describe.runIf(requireService('chromium'))('the verifier page, opened from a file,', () => {
  let folder = ''
  let page: BrowserPage
  let vkey = ''
  const place = (name: string) => join(folder, 'project', name)
  const demo = (name: string) => place(join('.demo', `${name}.def.zip`))
  const vector = (name: string) => join(VECTORS, `${name}.${name.includes('pef') ? 'pef' : 'def'}.zip`)

  const fill = (id: string, text: string) =>
    page.evaluate(`document.getElementById(${JSON.stringify(id)}).value = ${JSON.stringify(text)}`)
  const textOf = async (selector: string) =>
    String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`))
  /** Waits for a condition in the page; after a while it says for which. */
  const until = async (condition: string) => {
    const held = await page.evaluate(`new Promise((resolve) => {
      const end = performance.now() + ${LONGEST_MS}
      const look = () => (${condition}) ? resolve(true) : performance.now() > end ? resolve(false) : setTimeout(look, 20)
      look()
    })`)
    if (held !== true) throw new Error(`never in the page: ${condition}; it said ${page.said.join('\n')}`)
  }
  const picture = async (name: string) => {
    if (PICTURES === undefined) return
    mkdirSync(PICTURES, { recursive: true })
    writeFileSync(join(PICTURES, `${name}.png`), await page.screenshot())
  }
  /** Chooses evidence, and waits for the answer. */
  const judge = async (path: string, key = KEY): Promise<string> => {
    await fill('keys', key)
    await page.evaluate(
      "document.getElementById('answer').replaceChildren(); document.getElementById('problem').textContent = ''",
    )
    await page.evaluate("document.getElementById('file').value = ''")
    await page.choose('#file', [path])
    await until("document.getElementById('verdict') !== null || document.getElementById('problem').textContent !== ''")
    return textOf('#verdict')
  }

  beforeAll(async () => {
    folder = sandbox()
    expect(await clyraHere(folder, ['demo', 'data'])).toMatchObject({ status: 0 })
    vkey = ((await clyraJsonHere(folder, ['keys', '--ledger', '.demo'])) as { vkey: string }).vkey
    copyFileSync(VERIFIER_PAGE, place('clyra-verify.html'))
    page = await openPage(pathToFileURL(place('clyra-verify.html')).href)
  })
  afterAll(async () => {
    await page?.end()
    await discard(folder)
  })

  it('says VALID of a bundle and the key of its owner, with every check, its records and its report', async () => {
    expect(await judge(demo('good'), vkey)).toBe('VALID')
    expect(await textOf('.verdict')).toContain('the record of a SUCCESSFUL run')
    expect(await textOf('.checks')).toMatch(/multiproof\s*passed\s*every record stands in that log/)
    expect(Number(await page.evaluate("document.querySelectorAll('.checks li').length"))).toBeGreaterThan(11)
    await until("document.querySelectorAll('.records li').length > 0")
    expect(await textOf('.records')).toContain('dev.clyra.ledger.genesis.v1')
    // The bytes of a record stand there as they lie in the archive.
    const bytes = await page.evaluate("document.querySelector('.records li .bytes').textContent")
    expect(execFileSync('unzip', ['-p', demo('good'), 'records.jsonl'], { encoding: 'utf8' }).split('\n')[0]).toBe(
      bytes,
    )
  })

  it('shows the report in a frame that may do nothing, when it is asked for', async () => {
    await judge(demo('failing'), vkey)
    expect(await page.evaluate("document.querySelectorAll('iframe').length")).toBe(0)
    await page.evaluate("document.querySelector('#report').closest('section').querySelector('details').open = true")
    await until("document.querySelector('iframe')?.srcdoc.length > 1000")
    expect(await page.evaluate("document.querySelector('iframe').getAttribute('sandbox')")).toBe('')
    expect(await page.evaluate("document.querySelector('iframe').contentDocument")).toBe(null)
    // It is laid out, in its own colours, and no script of it runs.
    await page.evaluate("document.querySelector('iframe').scrollIntoView()")
    expect(await page.evaluateInFrame('document.body.innerText')).toContain('This page cannot prove itself.')
    expect(await page.evaluateInFrame('getComputedStyle(document.body).backgroundColor')).toBe('rgb(252, 251, 248)')
    expect(await page.evaluateInFrame('origin')).toBe('null')
    await picture('report')
  })

  it('says UNTRUSTED without a key, and of another key', async () => {
    expect(await judge(demo('good'), '')).toBe('UNTRUSTED (NO_TRUSTED_KEY)')
    expect(await judge(demo('good'), KEY)).toBe('UNTRUSTED (NO_TRUSTED_KEY)')
  })

  it('answers as the verifier does on golden vectors', async () => {
    for (const [name, said] of [
      ['valid/honest', 'VALID'],
      ['valid/links', 'VALID'],
      ['valid/pef-agent', 'VALID'],
      ['valid/three-algorithms', 'VALID'],
      ['forged/record-changed', 'INVALID (PROOF_ROOT)'],
      ['forged/signature-malleable', 'INVALID (SIGNATURE_INVALID)'],
      ['forged/ecdsa-high-s', 'INVALID (DSSE_SIGNATURE_INVALID)'],
      ['forged/rsa-salt-31', 'INVALID (DSSE_SIGNATURE_INVALID)'],
      ['negative/zip-deflate', 'INVALID (CONTAINER_METHOD)'],
      ['negative/zip-empty', 'INVALID (CONTAINER_MALFORMED)'],
    ] as const)
      expect(`${name} ${await judge(vector(name))}`).toBe(`${name} ${said}`)
  })

  it('shows nothing of the contents of an INVALID bundle', async () => {
    await judge(vector('forged/record-changed'))
    expect(await page.evaluate("document.querySelectorAll('.records, iframe, #report').length")).toBe(0)
    expect(await textOf('.facts')).toContain('nothing in this evidence is shown')
    expect(await textOf('#answer')).not.toContain('01940000-0000-7000-8000-00000000aaaa')
  })

  it('takes demands, and a demand that it cannot read is no verdict', async () => {
    await fill('minSize', '1000000')
    expect(await judge(demo('good'), vkey)).toBe('STALE (SIZE_TOO_SMALL)')
    await fill('minSize', 'many')
    expect(await judge(demo('good'), vkey)).toBe('')
    expect(await textOf('#problem')).toContain('not a whole number')
    await fill('minSize', '')
    expect(await judge(demo('good'), 'nonsense')).toBe('')
    expect(await textOf('#problem')).toContain('not an Ed25519 vkey')
    await fill('genesis', 'f'.repeat(64))
    expect(await judge(demo('good'), vkey)).toBe('INVALID (OTHER_GENESIS)')
    await fill('genesis', '')
  })

  it('verifies a zip of a tiles directory, packed or not, and refuses a changed tile', async () => {
    expect((await clyraHere(folder, ['export', 'tiles', 'tiles', '--ledger', '.demo'])).status).toBe(0)
    const zip = (file: string, options: readonly string[]) =>
      execFileSync('python3', ['-c', ZIP, file, ...options], { cwd: place('.'), stdio: 'pipe' })
    zip('packed.zip', ['deflated'])
    zip('stored.zip', ['stored'])
    for (const name of ['packed.zip', 'stored.zip']) {
      expect(await judge(place(name), vkey)).toBe('VALID')
      expect(await textOf('.facts')).toContain('log')
      await until("document.querySelectorAll('.records li').length > 0")
      expect(await textOf('.records')).toContain('dev.clyra.ledger.genesis.v1')
    }
    // What cannot be read as a zip here gets no verdict: it would be a false one.
    zip('twice.zip', ['deflated', 'twice'])
    expect(await judge(place('twice.zip'), vkey)).toBe('')
    expect(await textOf('#problem')).toContain('two of its entries are called tiles/checkpoint')
    const entries = execFileSync('find', ['tiles/tile/entries', '-type', 'f'], {
      cwd: place('.'),
      encoding: 'utf8',
    }).split('\n')
    const bytes = readFileSync(place(entries[0] ?? ''))
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
    writeFileSync(place(entries[0] ?? ''), bytes)
    zip('changed.zip', ['deflated'])
    expect(await judge(place('changed.zip'), vkey)).toMatch(/^INVALID/)
    expect(await page.evaluate("document.querySelectorAll('.records').length")).toBe(0)
  })

  it('finds a text in the records, and says where there is none', async () => {
    await judge(demo('good'), vkey)
    await until("document.querySelectorAll('.records li').length > 0")
    await fill('find', 'dev.clyra.run.closed.v1')
    await page.evaluate("document.querySelector('[role=search]').requestSubmit()")
    await until("document.querySelector('.records li').innerText.includes('run.closed')")
    await fill('find', 'nowhere in it')
    await page.evaluate("document.querySelector('[role=search]').requestSubmit()")
    await until("document.querySelector('.records ~ [role=status]').textContent.includes('No record holds')")
  })

  it('turns no text of records and reports into markup, and asks for nothing whatever they say', async () => {
    await using outside = await listener()
    const { address, asked } = outside
    const hostile = hostileBundle(address)
    writeFileSync(place('hostile.def.zip'), hostile.bytes)
    expect(await judge(place('hostile.def.zip'), hostile.vkey)).toBe('VALID')
    await until("document.querySelectorAll('.records li').length > 0")
    for (const details of ['.records details', '#answer > section details'])
      await page.evaluate(`for (const one of document.querySelectorAll(${JSON.stringify(details)})) one.open = true`)
    await until("document.querySelector('iframe')?.srcdoc.length > 100")
    // Long enough for what a page loads at once, and for its own clock of one second.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(
      await page.evaluate("document.querySelectorAll('#answer img, #answer script, #answer b, #answer a').length"),
    ).toBe(0)
    expect(await textOf('.records')).toContain('<img src=x onerror=')
    // What turns the reading direction is written out.
    expect(await textOf('.records')).toContain('\\u202e')
    expect(await page.evaluate('document.title')).toBe('Clyra verifier')
    expect(await page.evaluate('location.protocol')).toBe('file:')
    expect(asked).toEqual([])
    expect(page.asked.filter((url) => !/^(file|blob|about|data):/.test(url))).toEqual([])
  })

  it('would be seen to ask, had it no policy and its frame no sandbox', async () => {
    await using outside = await listener()
    const { bytes, vkey: key } = hostileBundle(outside.address)
    writeFileSync(place('reaching.def.zip'), bytes)
    const open = built
      .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
      .replace(/sandbox:(``|""|'')/, 'class:``')
    expect(open.length).toBeLessThan(built.length - 100)
    writeFileSync(place('open.html'), open)
    const guarded = page
    page = await openPage(pathToFileURL(place('open.html')).href)
    try {
      expect(await judge(place('reaching.def.zip'), key)).toBe('VALID')
      await page.evaluate("document.querySelector('#report').closest('section').querySelector('details').open = true")
      for (let waited = 0; outside.asked.length === 0 && waited < LONGEST_MS; waited += 50)
        await new Promise((resolve) => setTimeout(resolve, 50))
      expect(outside.asked.length).toBeGreaterThan(0)
    } finally {
      await page.end()
      page = guarded
    }
  })

  it('answers people while it checks a large bundle, and stops when it is told to', async () => {
    const large = largeBundle(8_000)
    writeFileSync(place('large.def.zip'), large.bytes)
    await page.evaluate(`window.ticks = 0; window.clock = setInterval(() => {
      if (!document.getElementById('busy').hidden) window.ticks++
    }, 10)`)
    expect(await judge(place('large.def.zip'), large.vkey)).toBe('VALID')
    expect(await page.evaluate('clearInterval(window.clock); window.ticks')).toBeGreaterThan(5)
    expect(await textOf('.records ~ [role=status]')).toContain('of 8,0')
    await page.evaluate("document.getElementById('ask').requestSubmit()")
    await page.evaluate("document.getElementById('stop').click()")
    expect(await textOf('#problem')).toContain('there is no verdict')
    expect(await page.evaluate("document.getElementById('busy').hidden")).toBe(true)
    expect(await judge(demo('good'), vkey)).toBe('VALID')
  })

  it('is used with the keyboard alone, and says its answer to a screen reader', async () => {
    await judge(demo('good'), vkey)
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict')
    expect(await textOf('#status')).toBe('VALID. The answer stands below.')
    const reached = await page.evaluate(`(() => {
      const all = [...document.querySelectorAll('input, textarea, button, summary, pre')].filter((one) => one.checkVisibility())
      return all.every((one) => one.disabled || one.tabIndex === 0)
    })()`)
    expect(reached).toBe(true)
  })

  it.each([
    ['light', 1000],
    ['dark', 1000],
    ['light', 320],
    ['dark', 320],
  ])('has nothing that axe objects to, %s, %i px wide, before and after an answer', async (scheme, width) => {
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    await page.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: false })
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(`${axe}; true`)
    const objections = async () => {
      const violations = await page.evaluate(
        "axe.run(document, { iframes: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html.slice(0, 200)).join(' | ')))",
      )
      return violations
    }
    for (const [name, path, key] of [
      ['valid', demo('failing'), vkey],
      ['untrusted', demo('good'), ''],
      ['invalid', vector('forged/record-changed'), KEY],
    ] as const) {
      await judge(path, key)
      await page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = !one.closest('.screen:has(#report)')",
      )
      expect(await objections()).toEqual([])
      // Nothing reaches past the edge.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
      await picture(`${name}-${scheme}-${width}`)
    }
  })

  it('prints what was found, without the form', async () => {
    await judge(demo('good'), vkey)
    await page.send('Emulation.setEmulatedMedia', { media: 'print' })
    const shown = (selector: string) =>
      page.evaluate(`document.querySelector(${JSON.stringify(selector)}).checkVisibility()`)
    expect([await shown('#ask'), await shown('.verdict'), await shown('.checks'), await shown('.facts')]).toEqual([
      false,
      true,
      true,
      true,
    ])
    await picture('print')
    await page.send('Emulation.setEmulatedMedia', { media: '' })
  })

  it('has said nothing to the console but what its policy refused of the report', () => {
    expect(page.said.filter((text) => !/Content Security Policy|sandbox/.test(text))).toEqual([])
  })
})

/** A server on loopback that remembers what it was asked for. */
async function listener() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(String(request.url))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // It listens on a port of the network: never a path.
  const { port } = server.address() as { port: number }
  return {
    asked,
    address: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A zip as a desktop makes it, of the folder `tiles`. */
const ZIP = `import sys, zipfile, os
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED if sys.argv[2] == 'deflated' else zipfile.ZIP_STORED) as z:
    for folder, _, names in os.walk('tiles'):
        for name in names: z.write(os.path.join(folder, name))
    if 'twice' in sys.argv: z.write('tiles/checkpoint')
`
