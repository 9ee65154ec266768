/** What `clyra prove` prints, given as it is to Go's note and tlog packages; and the same after every kind of change. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { clyra, clyraJson, discard, sandbox } from '../cli/clyra.js'
import { removeFolder, requireService } from '../services/index.js'
import { type ConsistencyCase, goConsistency, goInclusion, goNote, type InclusionCase } from './judge.js'
import { makeSampleLedger, type SampleLedger } from './sample-ledger.js'

const ACCEPTED = { verdict: 'accepted', reason: '' }

describe.runIf(requireService('go'))("Go's note and tlog", () => {
  let root: string
  let folder: string
  let ledger: SampleLedger
  let checkpoint: Buffer
  let records: readonly Uint8Array[]

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'clyra-go-'))
    folder = sandbox()
    ledger = await makeSampleLedger(root, 42_003, 7)
    checkpoint = readFileSync(join(ledger.tiles, 'checkpoint'))
    const reader = await openEmbeddedLedgerReader({ directory: ledger.state })
    const read: Uint8Array[] = []
    for await (const { bytes } of reader.readAll()) read.push(bytes)
    records = read
    await reader.close()
  })
  afterAll(async () => {
    await discard(folder)
    await removeFolder(root)
  })

  /** Standard output, to the byte. */
  const prove = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = clyra(folder, ['prove', '--ledger', ledger.state, ...args])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return stdout
  }

  test('open the checkpoint, and no checkpoint with one changed byte', () => {
    expect(goNote(ledger.vkey, checkpoint, ...ledger.older.map(({ note }) => note))).toEqual([
      ACCEPTED,
      ...ledger.older.map(() => ACCEPTED),
    ])
    const changed = Array.from(checkpoint, (_, at) => flipped(checkpoint, at))
    for (const { verdict } of goNote(ledger.vkey, ...changed)) expect(verdict).toBe('refused')
  })

  test('accept the proof of a record, by position, by id and under an older kept checkpoint; refuse it after any change', () => {
    const { position } = clyraJson(folder, ['log', 'show', '4321', '--ledger', ledger.state]) as { position: string }
    expect(position).toBe('4321')
    const id = (JSON.parse(Buffer.from(records[4321]!).toString('utf8')) as { id: string }).id
    expect(prove(id)).toBe(prove('4321'))
    const positions = [0, 1, 255, 256, 4321, 32_768, ledger.size - 1]
    const cases = positions.map((at): InclusionCase => inclusion(prove(String(at)), at))
    const kept = keptSize()
    expect(kept).toBeLessThan(ledger.size)
    cases.push(inclusion(prove('2', '--size', String(kept)), 2))
    expect(goInclusion(...cases)).toEqual(cases.map(() => ACCEPTED))

    const changed = cases.flatMap((one) => [
      ...changedProofs(one.proof).map((proof) => ({ ...one, proof })),
      { ...one, record: records[(Number(/index (\d+)/.exec(one.proof.toString())![1]) + 1) % ledger.size]! },
      { ...one, record: flipped(one.record, 9) },
    ])
    expect(changed.length).toBeGreaterThan(100)
    for (const [i, { verdict }] of goInclusion(...changed).entries())
      expect(verdict, changed[i]!.proof.toString('latin1')).toBe('refused')
  })

  test('accept that the log only grew since each checkpoint kept; refuse it after any change', () => {
    const kept = [...ledger.older, { size: ledger.size, note: checkpoint }]
    const cases = kept.flatMap(({ size, note }, i): ConsistencyCase[] => {
      const file = join(root, `kept-${i}`)
      writeFileSync(file, note)
      const bySize = prove('--consistency', String(size))
      expect(prove('--consistency', file)).toBe(bySize)
      return [{ vkey: ledger.vkey, note, proof: Buffer.from(bySize) }]
    })
    expect(cases.length).toBeGreaterThan(3)
    expect(goConsistency(...cases)).toEqual(cases.map(() => ACCEPTED))
    // Between two older ones.
    const between = prove('--consistency', String(ledger.older[0]!.size), '--size', String(keptSize()))
    expect(goConsistency({ vkey: ledger.vkey, note: ledger.older[0]!.note, proof: Buffer.from(between) })).toEqual([
      ACCEPTED,
    ])

    const changed = cases.flatMap((one, i) => [
      ...changedProofs(one.proof).map((proof) => ({ ...one, proof })),
      { ...one, note: cases[(i + 1) % cases.length]!.note },
    ])
    expect(changed.length).toBeGreaterThan(50)
    for (const [i, { verdict }] of goConsistency(...changed).entries())
      expect(verdict, changed[i]!.proof.toString('latin1')).toBe('refused')
  })

  const inclusion = (proof: string, at: number): InclusionCase => ({
    vkey: ledger.vkey,
    proof: Buffer.from(proof),
    record: records[at]!,
  })

  /** The oldest checkpoint that is kept for ever: that of the first heads record. */
  const keptSize = (): number => {
    const at = records.findIndex((bytes) => Buffer.from(bytes).includes('"type":"dev.clyra.ledger.heads.v1"'))
    return at + 1
  }

  /** The text with a hash, a number, a line, or a byte of the checkpoint changed, each in its own copy. */
  function changedProofs(proof: Buffer): Buffer[] {
    const cut = proof.indexOf('\n\n')
    const [head, note] = [proof.subarray(0, cut).toString('utf8'), proof.subarray(cut + 2)]
    const lines = head.split('\n')
    const withHead = (changed: readonly string[]) => Buffer.concat([Buffer.from(`${changed.join('\n')}\n\n`), note])
    const withNote = (changed: Buffer) => Buffer.concat([proof.subarray(0, cut + 2), changed])
    const changed = [
      withHead([...lines, Buffer.alloc(32, 7).toString('base64')]),
      withHead(lines.map((line) => line.replace(/^(index|old) (\d+)$/, (_, word, n) => `${word} ${Number(n) + 1}`))),
      withNote(ledger.older[0]!.note.equals(note) ? checkpoint : ledger.older[0]!.note),
      Buffer.concat([proof.subarray(0, cut), proof.subarray(cut + 1)]),
      ...Array.from({ length: note.length }, (_, at) => withNote(flipped(note, at))),
    ]
    for (const [i, line] of lines.entries()) {
      if (!/^[A-Za-z0-9+/]{43}=$/.test(line)) continue
      const bytes = Buffer.from(line, 'base64')
      changed.push(withHead(lines.with(i, flipped(bytes, i).toString('base64'))), withHead(lines.toSpliced(i, 1)))
      if (i + 1 < lines.length) changed.push(withHead(lines.with(i, lines[i + 1]!).with(i + 1, line)))
    }
    return changed
  }
})

/**
 * A copy with one bit of one byte changed. Not the lowest: the last letter of a note's base64 carries two bits that
 * Go's `encoding/base64` passes over, and of three keys in sixteen that letter is `0`, `4` or `8`, where the lowest
 * bits of the letter are just those. The note would mean the same and be accepted (ours refuses it: spec/log, 2).
 */
function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 4
  return copy
}
