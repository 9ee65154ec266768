import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { LONGEST_LINE, linesOf, readIfThere, readLeft } from '../../connectors/dbt/index.js'
import { DEF } from '../../profiles/def/index.js'
import { hex } from '../../src/canonical/index.js'
import { artifactIn } from '../../src/cli/commands/verify.js'
import { openNote, readKeyFile, vkey } from '../../src/crypto/index.js'
import { ClyraError } from '../../src/errors/index.js'
import { InMemorySource } from '../../src/evidence/in-memory-source.test.support.js'
import { bundleFiles as bundleOf, collectEvidence, derive, zip } from '../../src/evidence/index.js'
import { entryBundle, leafHash, verifyHeadsProof } from '../../src/merkle/index.js'
import { decodeFrame, encodeFrame } from '../../src/stores/embedded/segment-format.js'
import { readArchive } from '../../verifier/ts/src/archive.js'
import { canonicalBytes } from '../../verifier/ts/src/canonical.js'
import { readDocuments } from '../../verifier/ts/src/documents.js'
import { readData } from '../../verifier/ts/src/record-data.js'
import { Offences } from '../../verifier/ts/src/refusal.js'
import { rsaKey } from '../../verifier/ts/src/rsa-pss.js'
import { bundleFiles } from '../../verifier/ts/test/bundle-maker.js'
import { RUN, sampleLedger } from '../../verifier/ts/test/sample-ledger.js'
import { PROGRAM } from '../cli/clyra.js'
import { naiveHeadsFold } from '../fuzz/naive/naive-tree.js'
import { FILE_LIMITS } from './file-limits.js'
import { atAndPast, codeOf, type LimitCase, withFolder } from './limit-cases.js'

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'utf8'))
const x = (length: number): string => 'x'.repeat(length)

const FILES = bundleFiles(sampleLedger(), RUN)

/** The code of a bundle whose file has these bytes, listed as they are. */
function documentCode(file: string, bytes: Uint8Array): Promise<string> {
  const files = new Map(FILES).set(file, bytes)
  if (file !== 'manifest.json') {
    const manifest = JSON.parse(Buffer.from(FILES.get('manifest.json')!).toString('utf8'))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const entry = { path: file, size: String(bytes.length), sha256 }
    const others = manifest.files.filter(({ path }: { readonly path: string }) => path !== file)
    manifest.files = [...others, entry].sort((a, b) => (a.path < b.path ? -1 : 1))
    files.set('manifest.json', canonicalBytes(manifest))
  }
  return codeOf(() => readAll(files))
}

async function readAll(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const offences = new Offences()
  await readDocuments(new Map(files), offences)
  offences.settle()
}

/** Zeros, which the system gives without using memory for them, but for a few bytes. */
function zeros(length: number, ...bytes: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const all = new Uint8Array(length)
  for (const [at, value] of bytes) all[at < 0 ? length + at : at] = value
  return all
}

const MIB = 1024 * 1024

const GENESIS = 'dev.clyra.ledger.genesis.v1'
const GENESIS_DATA = {
  format: 'clyra.ledger/1',
  admission: 'clyra.admission/1',
  hash: 'rfc6962-sha256',
  origin: 'limits.clyra.internal',
  nonce: '00'.repeat(32),
} as const

export const READ_LIMITS: readonly LimitCase[] = [
  {
    limit: 'signed note',
    check: () => {
      const note = (length: number) => {
        const [before, after] = [text('a text\n\n\u2014 '), text(' AAAAAAAA\n')]
        return Buffer.concat([before, text(x(length - before.length - after.length)), after])
      }
      return atAndPast('NOTE_MALFORMED', (past) => openNote(note(128 * 1024 + (past ? 1 : 0)), []))
    },
  },
  {
    limit: 'lines of a signed note',
    check: () => {
      const note = (lines: number) => text(`a text\n\n${'\u2014 a AAAAAAAA\n'.repeat(lines)}`)
      return atAndPast('NOTE_MALFORMED', (past) => openNote(note(past ? 101 : 100), []))
    },
  },
  {
    limit: 'keys of a genesis record',
    check: async () => {
      const key = (i: number) => ({
        id: '00'.repeat(32),
        purpose: 'ledger',
        alg: 'ed25519',
        type: 1,
        public: String(i).padStart(64, '0'),
      })
      const keys = (count: number) => Array.from({ length: count }, (_, i) => key(i))
      const code = (ledger: number, roots: number) =>
        codeOf(async () => readData(GENESIS, { ...GENESIS_DATA, keys: keys(ledger), roots: keys(roots) }, {}))
      expect(await code(16, 16)).toBe('taken')
      expect([await code(17, 0), await code(1, 17)]).toEqual(['RECORD_DATA_INVALID', 'RECORD_DATA_INVALID'])
    },
  },
  {
    limit: 'modulus of an RSA key',
    check: async () => {
      const algorithm = 'rsa-pss-3072-sha256'
      const publicKey = (past: boolean) => rsaKey(new Uint8Array(past ? 1025 : 1024).fill(0xa5))
      const rest = { id: '00'.repeat(32), purpose: 'evidence', alg: algorithm, type: 255 }
      const data = (past: boolean) => ({ key: { ...rest, public: hex(publicKey(past)) }, replaces: null })
      await atAndPast('RECORD_DATA_INVALID', (past) => readData('dev.clyra.ledger.key.introduced.v2', data(past), {}))
      await atAndPast('KEY_INVALID', (past) => vkey('a', { algorithm, publicKey: publicKey(past) }))
    },
  },
  {
    limit: 'key file',
    check: () =>
      withFolder(async (folder) => {
        const path = join(folder, 'key')
        const said = async (size: number) => {
          writeFileSync(path, '', { mode: 0o600 })
          truncateSync(path, size)
          const thrown: unknown = await Promise.resolve()
            .then(() => readKeyFile(path))
            .catch((error: unknown) => error)
          return thrown instanceof ClyraError ? `${thrown.code} ${/too large/.test(thrown.message)}` : 'read'
        }
        expect([await said(16_384), await said(16_385)]).toEqual(['KEY_INVALID false', 'KEY_INVALID true'])
      }),
  },
  {
    limit: 'path of a stream head',
    check: () => {
      const siblings = (count: number) =>
        Array.from({ length: count }, (_, i) => createHash('sha256').update(String(i)).digest('hex'))
      const leaf = '11'.repeat(32)
      const raw = (hash: string) => Uint8Array.from(Buffer.from(hash, 'hex'))
      const holds = (count: number) => {
        // Beyond 256 there is no bit of the key to go by: the way of the first 256 is taken again.
        const root = count > 256 ? '22'.repeat(32) : naiveHeadsFold('thing-1', { revision: 3, leaf }, siblings(count))
        return verifyHeadsProof(
          raw(root),
          'thing-1',
          { revision: 3, leaf: raw(leaf) },
          { siblings: siblings(count).map(raw), other: null },
        )
      }
      expect([holds(256), holds(257)]).toEqual([true, false])
    },
  },
  {
    limit: 'entry bundle',
    check: () => {
      const entries = (count: number) => Array.from({ length: count }, () => text('a'))
      return atAndPast('TREE_DIVERGED', (past) =>
        entryBundle.decode(entryBundle.encode(entries(past ? 257 : 256)), past ? 257 : 256),
      )
    },
  },
  {
    limit: 'frame of a segment',
    check: () => {
      const leaf = leafHash(new Uint8Array(0))
      const frame = (count: number) =>
        encodeFrame(
          Array.from({ length: count }, (_, position) => ({
            position,
            id: '',
            stream: '',
            revision: 0,
            leaf,
            bytes: new Uint8Array(0),
          })),
          0,
        ).bytes
      expect(decodeFrame(frame(65_536), 0)?.count).toBe(65_536)
      expect(decodeFrame(frame(65_537), 0)).toBe(undefined)
    },
  },
  ...FILE_LIMITS,
  {
    limit: 'argument of the program',
    check: () =>
      withFolder((folder) => {
        const run = (length: number) =>
          spawnSync(process.execPath, [PROGRAM, 'log', 'show', 'a'.repeat(length)], {
            cwd: folder,
            env: { HOME: folder },
            encoding: 'utf8',
          })
        const longest = run(128 * 1024 - 1)
        expect({ status: longest.status, signal: longest.signal }).toEqual({ status: 3, signal: null })
        expect(longest.stderr).toMatch(/\(LEDGER_NOT_FOUND\)$/m)
        expect(longest.stderr.length).toBeLessThan(2000)
        if (process.platform === 'linux') expect(run(128 * 1024).error).toMatchObject({ code: 'E2BIG' })
      }),
  },
  {
    limit: 'artefact of dbt',
    check: () =>
      withFolder(async (folder) => {
        const path = join(folder, 'manifest.json')
        writeFileSync(path, '')
        await atAndPast('DBT_ARTIFACT_TOO_LARGE', (past) => {
          truncateSync(path, 512 * MIB + (past ? 1 : 0))
          expect(readIfThere(path)?.length).toBe(512 * MIB)
        })
        const left = await readLeft({}, folder, folder, 'gap')
        expect(left).toMatchObject({ manifest: undefined, unread: ['manifest.json'] })
      }),
  },
  {
    limit: 'artefact that `verify` compares',
    check: () =>
      withFolder((folder) => {
        const name = 'a'.repeat(64)
        writeFileSync(join(folder, name), '')
        return atAndPast('DBT_ARTIFACT_TOO_LARGE', async (past) => {
          truncateSync(join(folder, name), 512 * MIB + (past ? 1 : 0))
          expect((await artifactIn(folder, name))?.length).toBe(512 * MIB)
        })
      }),
  },
  {
    limit: 'line of a dbt log',
    check: () => {
      const lengths = [LONGEST_LINE, LONGEST_LINE + 1].map((length) => [...linesOf(text(x(length)))][0]?.text.length)
      expect(lengths).toEqual([33_554_432, 1_000])
    },
  },
  {
    limit: 'archive',
    check: async () => {
      // 64 names for the same 16 MiB: the size is looked at before anything is written.
      const shared = new Uint8Array(16 * MIB)
      const files = new Map(Array.from({ length: 64 }, (_, i) => [`f${i}`, shared] as const))
      expect(await codeOf(() => zip(files))).toBe('BUNDLE_TOO_LARGE')
      expect(await codeOf(() => readArchive(zeros(1024 * MIB)))).toBe('CONTAINER_MALFORMED')
      expect(await codeOf(() => readArchive(zeros(1024 * MIB + 1)))).toBe('CONTAINER_TOO_LARGE')
    },
  },
  {
    limit: 'entries of an archive',
    check: async () => {
      const files = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`f${i}`, text('')] as const))
      await atAndPast('BUNDLE_TOO_LARGE', (past) => zip(files(past ? 10_001 : 10_000)))
      const archive = zip(files(10_000))
      expect(readArchive(archive).size).toBe(10_000)
      new DataView(archive.buffer, archive.byteOffset).setUint16(archive.length - 12, 10_001, true)
      expect(await codeOf(() => readArchive(archive))).toBe('CONTAINER_TOO_LARGE')
    },
  },
  {
    limit: 'name in an archive',
    check: async () => {
      await atAndPast('BUNDLE_MALFORMED', (past) => zip(new Map([[x(past ? 256 : 255), text('a')]])))
      expect(readArchive(zip(new Map([[x(255), text('a')]]))).size).toBe(1)
    },
  },
  {
    limit: 'records.jsonl',
    check: async () => {
      // One line of zeros: read where the file is not too large, and then too large for a record.
      expect(await documentCode('records.jsonl', zeros(256 * MIB, [-1, 0x0a]))).toBe('RECORD_TOO_LARGE')
      expect(await documentCode('records.jsonl', zeros(256 * MIB + 1, [-1, 0x0a]))).toBe('RECORDS_MALFORMED')
    },
  },
  {
    limit: 'manifest.json',
    check: async () => {
      expect(await documentCode('manifest.json', zeros(16 * MIB))).toBe('JSON_SYNTAX')
      expect(await documentCode('manifest.json', zeros(16 * MIB + 1))).toBe('MANIFEST_MALFORMED')
    },
  },
  {
    limit: 'lists of manifest.json',
    check: async () => {
      const manifest = JSON.parse(Buffer.from(FILES.get('manifest.json')!).toString('utf8'))
      const digest = (n: number) => n.toString(16).padStart(64, '0')
      const measured = { subject: null, unit: null, from: null, to: null, count: null, p50: null, p95: null, p99: null }
      const unknown = { ...measured, max: null, budget: null, within: null }
      const lists: readonly (readonly [
        limit: number,
        of: (n: number) => object,
        member: (list: object[]) => object,
      ])[] = [
        [67, (n) => ({ stream: `run-${digest(n)}`, kind: 'absent', head: null }), (claims) => ({ claims })],
        [10_000, (n) => ({ sha256: digest(n), size: '1' }), (external) => ({ external })],
        [64, (n) => Object(digest(n)), (reasons) => ({ run: { ...manifest.run, reasons: reasons.map(String) } })],
        [64, (n) => ({ name: `p${1000 + n}`, version: 1, digest: digest(n) }), (projections) => ({ projections })],
        [
          256,
          (n) => ({ ...unknown, what: digest(n) }),
          (observed) => ({ performance: { observed, unlisted: '0', kept: '0', exceeded: '0' } }),
        ],
      ]
      for (const [limit, of, member] of lists) {
        const code = (length: number) =>
          documentCode(
            'manifest.json',
            canonicalBytes({ ...manifest, ...member(Array.from({ length }, (_, n) => of(n))) }),
          )
        expect([await code(limit), await code(limit + 1)]).toEqual(['taken', 'MANIFEST_MALFORMED'])
      }
      const listed = (count: number) => ({
        ...manifest,
        files: [
          ...Array.from({ length: count - manifest.files.length }, (_, n) => ({
            path: `artifacts/${digest(n)}`,
            size: '0',
            sha256: digest(n),
          })),
          ...manifest.files,
        ],
      })
      const files = (count: number) => documentCode('manifest.json', canonicalBytes(listed(count)))
      expect([await files(10_000), await files(10_001)]).toEqual(['FILE_MISSING', 'MANIFEST_MALFORMED'])
    },
  },
  {
    limit: 'any other JSON document',
    check: async () => {
      const bom = [
        [0, 0xef],
        [1, 0xbb],
        [2, 0xbf],
      ] as const
      expect(await documentCode('proof.json', zeros(64 * MIB, ...bom))).toBe('JSON_BOM')
      expect(await documentCode('proof.json', zeros(64 * MIB + 1, ...bom))).toBe('JSON_SYNTAX')
    },
  },
  {
    limit: 'pointer of an opening',
    check: async () => {
      const openings = (length: number) =>
        canonicalBytes([{ position: '6', pointer: `/${x(length - 1)}`, salt: '00'.repeat(32), value: 'x' }])
      expect(await documentCode('openings.json', openings(65_535))).toBe('taken')
      expect(await documentCode('openings.json', openings(65_536))).toBe('OPENINGS_MALFORMED')
      // More than the engine's stack holds, were the pattern tried.
      expect(await documentCode('openings.json', openings(5_000_000))).toBe('OPENINGS_MALFORMED')
    },
  },
  {
    limit: 'signatures of an envelope',
    check: async () => {
      const envelope = (count: number) =>
        canonicalBytes({
          payload: '',
          payloadType: '',
          signatures: Array.from({ length: count }, () => ({ keyid: '00'.repeat(32), sig: '' })),
        })
      const code = async (count: number) => {
        const files = new Map(FILES).set('manifest.dsse.json', envelope(count))
        return codeOf(() => readAll(files))
      }
      expect([await code(64), await code(65)]).toEqual(['taken', 'DSSE_MALFORMED'])
    },
  },
  {
    limit: 'envelope',
    check: async () => {
      const shape = { payloadType: '', signatures: [{ keyid: '00'.repeat(32), sig: '' }] }
      const frame = canonicalBytes({ payload: '', ...shape }).length
      const envelope = (length: number) => canonicalBytes({ payload: x(length - frame), ...shape })
      const code = (length: number) => {
        const files = new Map(FILES).set('manifest.dsse.json', envelope(length))
        return codeOf(() => readAll(files))
      }
      expect([await code(65_536), await code(65_537)]).toEqual(['taken', 'DSSE_MALFORMED'])
    },
  },
  {
    limit: 'embedded artefact',
    check: async () => {
      const embeds = async (length: number) => {
        const bytes = zeros(length)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        const source = await InMemorySource.create()
        const data = { name: 'm', mediaType: 'application/json', sha256, size: String(length), invocation: null }
        source.append('run-R', { type: 'dev.clyra.artifact.captured.v1', source: 'dbt', data })
        const shown = { embed: new Map([[sha256, bytes]]), openings: [] }
        const evidence = await collectEvidence(DEF, source, 'R')
        const { files, manifest } = bundleOf(evidence, shown, derive(DEF, evidence, shown))
        return [files.has(`artifacts/${sha256}`), manifest.external.length]
      }
      expect(await embeds(25_000_000)).toEqual([true, 0])
      expect(await embeds(25_000_001)).toEqual([false, 1])
    },
  },
]
