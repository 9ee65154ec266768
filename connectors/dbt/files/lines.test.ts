import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLogLine } from '../log/log-line.js'
import { LineSplitter, LONGEST_LINE, linesOf } from './lines.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)

function split(bytes: Uint8Array, cuts: readonly number[]): (string | undefined)[] {
  const splitter = new LineSplitter()
  const lines: string[] = []
  let from = 0
  for (const cut of [...cuts.map((one) => one % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    for (const line of splitter.push(bytes.subarray(from, cut))) lines.push(line)
    from = cut
  }
  return [...lines, splitter.end()]
}

describe('lines', () => {
  it('are the same however their bytes arrive', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (text, cuts) => {
        const whole = text.replaceAll('a', '\n').split('\n')
        const last = whole.pop()
        expect(split(bytesOf(text.replaceAll('a', '\n')), cuts)).toEqual([...whole, last === '' ? undefined : last])
      }),
    )
  })

  it('of a file that is read in portions are those of its bytes', () => {
    const bytes = bytesOf('{"a": "é"}\n\nsecond')
    const portions = { length: bytes.length, portions: () => Array.from(bytes, (byte) => Uint8Array.of(byte)) }
    expect([...linesOf(portions)]).toEqual([...linesOf(bytes)])
  })

  it('longer than the longest come as one that is no JSON, and the next is read as before', () => {
    // Three hundred megabytes without a line feed, in portions of one.
    const portion = bytesOf('x'.repeat(1 << 20))
    function* portions(): Generator<Uint8Array> {
      yield bytesOf('{"info": {"name": "SQLQuery"}}\n{"sql": "')
      for (let i = 0; i < 300; i += 1) yield portion
      yield bytesOf('"}\n{"last": 1}')
    }
    const lines = [...linesOf({ length: 300 << 20, portions })]
    expect(lines).toHaveLength(3)
    expect(lines[1]?.text.length).toBeLessThan(2_000)
    expect(readLogLine(lines[1]?.text ?? '').kind).toBe('unreadable')
    expect(lines[2]).toEqual({ text: '{"last": 1}', complete: false })
  })

  it('as long as the longest are whole', () => {
    const line = 'x'.repeat(LONGEST_LINE)
    expect([...linesOf(bytesOf(`${line}\n${line}y\n`))].map(({ text }) => text.length)).toEqual([LONGEST_LINE, 1_000])
  })
})
