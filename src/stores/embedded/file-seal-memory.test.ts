import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeSealMemory } from '../conformance/index.js'
import { MemorySealMemory } from '../memory/index.js'
import { memoryFolder } from '../state/index.js'
import { FileSealMemory } from './file-seal-memory.js'
import { createEmbeddedLedger, openEmbeddedLedger, openEmbeddedLedgerReader } from './open.js'

describeSealMemory(
  'files',
  {
    async create() {
      const root = mkdtempSync(join(tmpdir(), 'clyra-memory-'))
      const onWarning = (message: string) => {
        throw new Error(message)
      }
      return {
        open: () => new FileSealMemory({ folder: join(root, 'state', 'ledgers'), directory: root, onWarning }),
        dispose: async () => rmSync(root, { recursive: true }),
      }
    },
  },
  { describe, it },
)
describeSealMemory(
  'memory',
  {
    async create() {
      const memory = new MemorySealMemory()
      return { open: () => memory, dispose: async () => undefined }
    },
  },
  { describe, it },
)

describe('the folder of the memory', () => {
  it('is in the state folder of the user, and nowhere where no absolute path is known', () => {
    expect(memoryFolder('/s', '/h')).toBe('/s/clyra/ledgers')
    expect(memoryFolder(undefined, '/h')).toBe('/h/.local/state/clyra/ledgers')
    for (const unset of ['', 'here', './s', undefined]) {
      expect(memoryFolder(unset, '/h')).toBe('/h/.local/state/clyra/ledgers')
      expect(memoryFolder(unset, unset)).toBe(undefined)
    }
  })
})

describe('a ledger whose signed sizes are remembered', () => {
  let root: string
  const warnings: string[] = []
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'clyra-memory-'))
    warnings.length = 0
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const at = (name: string) => join(root, name)
  const options = (name: string, memory: string | undefined = 'memory') => ({
    directory: at(name),
    rememberIn: memory === undefined ? undefined : at(memory),
    onWarning: (message: string) => warnings.push(message),
  })
  const event = { type: 'org.example.thing.v1', source: '/test', data: {} }
  const create = async (name: string) => (await createEmbeddedLedger(options(name))).close()
  const write = async (name: string, memory?: string) => {
    await using ledger = await openEmbeddedLedger(options(name, memory))
    await ledger.append('thing-1', 'any', [event])
  }
  const refused = (name: string, code: string) => expect(write(name)).rejects.toMatchObject({ code })

  it('opens at another place, under another path, after a rename and where another ledger took its old place', async () => {
    await create('a')
    await write('a')
    mkdirSync(at('deeper'))
    renameSync(at('a'), at('deeper/b'))
    await write('deeper/b')
    cpSync(at('deeper/b'), at('c'), { recursive: true })
    rmSync(at('deeper/b'), { recursive: true })
    await write('c')
    renameSync(at('c'), at('d'))
    await create('c')
    await write('d')
    await write('c')
    expect(warnings).toEqual([])
  })

  it('is a copy while the original is at its place, whichever of the two that is', async () => {
    await create('a')
    cpSync(at('a'), at('b'), { recursive: true })
    await refused('b', 'LEDGER_IS_A_COPY')
    await using reader = await openEmbeddedLedgerReader(options('b'))
    expect(await reader.size()).toBe(3n)
    await write('a')
    await (await openEmbeddedLedger({ ...options('b'), adopt: true })).close()
    await refused('a', 'LEDGER_IS_A_COPY')
  })

  it('is not refused by a memory of another user that is older, empty or absent', async () => {
    await create('a')
    await write('a', 'other')
    for (let i = 0; i < 3; i++) await write('a')
    await write('a', 'other')
    await write('a', 'empty')
    rmSync(at('memory'), { recursive: true })
    await write('a')
    expect(warnings).toEqual([])
  })

  it('opens with one warning where the memory cannot be read or written, or was not signed by the ledger', async () => {
    await create('a')
    const [name] = readdirSync(at('memory'))
    const file = join(at('memory'), name!)
    const known = JSON.parse(readFileSync(file, 'utf8'))
    for (const text of ['', '{', '[]', 'x'.repeat(300_000), JSON.stringify({ ...known, note: 'a\n9\nx\n' })]) {
      writeFileSync(file, text)
      warnings.length = 0
      await write('a')
      expect(warnings.filter((warning) => warning.includes('is not used'))).not.toEqual([])
    }
    rmSync(at('memory'), { recursive: true })
    writeFileSync(at('memory'), 'a file where a folder should be')
    warnings.length = 0
    await write('a')
    expect(warnings.length).toBe(1)
    expect(warnings[0]).toContain('is not remembered outside of the ledger')
  })
})
