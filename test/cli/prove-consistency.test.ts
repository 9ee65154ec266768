import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALGORITHMS, readKeyFile, signerOf, signNote } from '../../src/crypto/index.js'
import { discard, type Ended, leaveRun, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

describe('clyra prove --consistency', () => {
  let folder: string
  let text: string
  let newest: string

  beforeAll(async () => {
    folder = sandbox()
    await clyraHere(folder, ['init'])
    // Kept before there is anything in the log but its genesis and its first key.
    await clyraHere(folder, ['export', 'tiles', 'tiles'])
    text = readFileSync(at('tiles/checkpoint'), 'utf8').split('\n\n')[0]!.concat('\n')
    leaveRun(folder, 'good')
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    await clyraHere(folder, ['export', 'tiles', 'newer'])
    newest = readFileSync(at('newer/checkpoint'), 'utf8')
  })
  afterAll(() => discard(folder))

  const at = (name: string) => join(folder, 'project', name)
  const held = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content)
    return name
  }
  const signed = (changed: string, seed = readKeyFile(at('.clyra/keys/ledger.key')).seed) =>
    signNote(changed, [{ name: changed.split('\n')[0]!, signer: signerOf('ed25519', seed) }])
  const refusal = ({ status, stdout, stderr }: Ended) => {
    expect(stdout).toBe('')
    return { status, code: /\(([A-Z_]+)\)/.exec(stderr)?.[1] }
  }
  const prove = async (older: string) => await clyraHere(folder, ['prove', '--consistency', older])
  const lines = () => text.split('\n') as [string, string, string, string]

  it('prints the old size, hashes and the newest checkpoint, for a size and for a kept checkpoint alike', async () => {
    const [, size] = lines()
    const { status, stdout } = await prove(size)
    expect(status).toBe(0)
    expect((await prove('tiles/checkpoint')).stdout).toBe(stdout)
    const [head, ...rest] = stdout.split('\n\n')
    expect(head).toMatch(new RegExp(`^old ${size}(\n[A-Za-z0-9+/]{43}=)+$`))
    expect(rest.join('\n\n')).toBe(newest)
    expect(await clyraJsonHere(folder, ['prove', '--consistency', size])).toMatchObject({
      oldSize: size,
      newSize: newest.split('\n')[1],
      checkpoint: newest,
      addCheckpoint: stdout,
    })
  })

  it('has no hashes for the newest checkpoint itself, and for an empty log', async () => {
    expect((await prove('newer/checkpoint')).stdout).toBe(`old ${newest.split('\n')[1]}\n\n${newest}`)
    expect((await prove('0')).stdout).toBe(`old 0\n\n${newest}`)
  })

  it('says TREE_DIVERGED where the ledger has signed another root, or a greater size, than it has', async () => {
    const [origin, size, root] = lines()
    const otherRoot = `${root[0] === 'A' ? 'B' : 'A'}${root.slice(1)}`
    const other = held('other', await signed(`${origin}\n${size}\n${otherRoot}\n`))
    expect(refusal(await prove(other))).toEqual({ status: 3, code: 'TREE_DIVERGED' })
    const ahead = held('ahead', await signed(`${origin}\n100000\n${root}\n`))
    expect(refusal(await prove(ahead))).toEqual({ status: 3, code: 'TREE_DIVERGED' })
  })

  it('refuses a checkpoint that is not this ledger’s, none at all, and sizes that cannot be', async () => {
    const stranger = held('stranger', await signed(text, ALGORITHMS.ed25519.newSecret()))
    expect(refusal(await prove(stranger))).toEqual({ status: 1, code: 'SIGNATURE_INVALID' })
    const elsewhere = held('elsewhere', await signed(text.replace(/^.*\n/, 'other.example\n')))
    expect(refusal(await prove(elsewhere))).toEqual({ status: 1, code: 'SIGNATURE_INVALID' })
    expect(refusal(await prove(held('noise', 'noise\n')))).toEqual({ status: 1, code: 'NOTE_MALFORMED' })
    expect(refusal(await prove('nothing-here'))).toEqual({ status: 3, code: 'IO_FAILED' })
    expect(refusal(await prove('007'))).toEqual({ status: 2, code: 'INVALID_POSITION' })
    expect(refusal(await prove('999999'))).toEqual({ status: 2, code: 'INVALID_POSITION' })
    expect(refusal(await clyraHere(folder, ['prove', '--consistency', '1', '--size', '2']))).toEqual({
      status: 1,
      code: 'NOT_SEALED',
    })
  })
})
