import assert from 'node:assert/strict'
import { signerOf } from '../../crypto/index.js'
import { signCheckpoint } from '../../ledger/index.js'
import { leafHash } from '../../merkle/index.js'
import type { SealMemory } from '../../ports/index.js'
import { registerCases } from './register-cases.js'
import type { Case, TestFunctions } from './test-functions.js'

export interface SealMemoryFixture {
  /** A handle of its own, as another process would have. */
  open(): SealMemory
  dispose(): Promise<void>
}

const identity = (name: string) => leafHash(Buffer.from(name))
const signer = signerOf('ed25519', new Uint8Array(32).fill(7))
const noteOf = async (size: number) =>
  (await signCheckpoint({ origin: 'memory.example', size, root: leafHash(Buffer.from([size])) }, signer)).note

async function remembered(memory: SealMemory, ledger = identity('a')): Promise<string[]> {
  return (await memory.recall(ledger)).map(({ note }) => Buffer.from(note).toString().split('\n')[1] ?? '')
}

const CASES: readonly Case<SealMemoryFixture>[] = [
  {
    name: 'knows nothing of a ledger that it was not told of',
    async run(fixture) {
      const memory = fixture.open()
      assert.deepEqual(await memory.recall(identity('a')), [])
      await memory.remember(identity('a'), await noteOf(2))
      assert.deepEqual(await memory.recall(identity('b')), [])
    },
  },
  {
    name: 'gives back the note that it was given, to any handle, and says where it was',
    async run(fixture) {
      const note = await noteOf(2)
      await fixture.open().remember(identity('a'), note)
      const [found, ...more] = await fixture.open().recall(identity('a'))
      assert.deepEqual(Buffer.from(found!.note), Buffer.from(note))
      assert.ok(found!.where.length > 0)
      assert.deepEqual(more, [])
    },
  },
  {
    name: 'takes a larger size in place of a smaller one, and never a smaller one',
    async run(fixture) {
      const memory = fixture.open()
      for (const [size, newest] of [
        [5, '5'],
        [9, '9'],
        [7, '9'],
        [9, '9'],
        [1, '9'],
        [12, '12'],
      ] as const) {
        await memory.remember(identity('a'), await noteOf(size))
        assert.deepEqual(await remembered(memory), [newest])
      }
      assert.deepEqual(await remembered(fixture.open()), ['12'])
    },
  },
]

/** The conformance suite of the `SealMemory` port, one case per sentence of its doc comment. */
export function describeSealMemory(
  name: string,
  factory: { create(): Promise<SealMemoryFixture> },
  tests: TestFunctions,
): void {
  tests.describe(`${name} as a memory of signed sizes`, () => {
    registerCases('remembering', CASES, factory, tests)
  })
}
