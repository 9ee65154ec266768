import { describe, expect, it } from 'vitest'
import { readArchive } from '../src/archive.js'
import { readRecord } from '../src/record.js'
import { countSealed } from '../src/sealed-values.js'
import { vectors } from './vectors/index.js'

const lines = vectors().flatMap(({ group, evidence }) => {
  if (group !== 'valid' || !(evidence instanceof Uint8Array)) return []
  const records = readArchive(evidence).get('records.jsonl') ?? new Uint8Array(0)
  return new TextDecoder().decode(records).trimEnd().split('\n')
})

describe('a record that was read', () => {
  it('has the data and the sealed values of its bytes, also where it keeps no data beside them', () => {
    const seen = new Set<string>()
    for (const line of new Set(lines)) {
      const record = readRecord(new TextEncoder().encode(line), {})
      const { type, data } = JSON.parse(line)
      expect(record.data).toEqual(data)
      expect(record.sealed).toBe(countSealed(data))
      seen.add(type)
    }
    expect([...seen].filter((type) => type.startsWith('dev.clyra.dbt.statement.')).length).toBeGreaterThan(0)
    expect(seen.size).toBeGreaterThan(20)
  })
})
