import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { CLYRA_REGISTRY, finishRecord, prepare } from './index.js'
import { commonSchemaFiles, eventSchemaFiles } from './json-schemas.js'

const directory = new URL('../../spec/events/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, directory), 'utf8')

describe('the schemas in spec/events', () => {
  it('are what the code gives', () => {
    const onDisk = readdirSync(directory).filter((name) => name.endsWith('.schema.json'))
    expect(onDisk.sort()).toEqual([...eventSchemaFiles().keys()].sort())
    for (const [name, text] of eventSchemaFiles()) expect([name, read(name)]).toEqual([name, text])
  })

  it('have shapes in common, in spec/common, that are what the code gives too', () => {
    const common = new URL('../common/', directory)
    expect(readdirSync(common).sort()).toEqual(['README.md', ...commonSchemaFiles().keys()].sort())
    for (const [name, text] of commonSchemaFiles())
      expect([name, readFileSync(new URL(name, common), 'utf8')]).toEqual([name, text])
  })

  it('close every object and leave no member optional', () => {
    const check = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      // Every object of a schema document is a plain object.
      const { properties, required, additionalProperties } = schema as Record<string, unknown>
      if (typeof properties === 'object' && properties !== null && path !== 'record.schema.json') {
        expect([path, additionalProperties, required]).toEqual([path, false, Object.keys(properties)])
      }
      for (const [name, member] of Object.entries(schema)) check(member, `${path}/${name}`)
    }
    for (const [name, text] of eventSchemaFiles()) if (name !== 'record.schema.json') check(JSON.parse(text), name)
  })

  it('are valid JSON Schema 2020-12, and accept a record that the code accepts', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false })
    for (const text of eventSchemaFiles().values()) ajv.addSchema(JSON.parse(text))
    const record = ajv.getSchema('https://clyra.dev/events/record.schema.json')!
    const gap = ajv.getSchema('https://clyra.dev/events/dev.clyra.run.gap.v1.schema.json')!
    const data = { run: 'R', reason: 'log-missing', count: null } as const
    const prepared = prepare([{ type: 'dev.clyra.run.gap.v1', source: '/x', data, extensions: { tenant: 'a' } }])
    const bytes = finishRecord(prepared, 0, {
      ledger: 'a.clyra.internal',
      stream: 'run-R',
      revision: 3,
      prev: '0'.repeat(64),
      submitter: 'local',
      recordedat: '2026-01-02T03:04:05.678Z',
    })
    const event = JSON.parse(Buffer.from(bytes).toString())
    expect([record(event), record.errors]).toEqual([true, null])
    expect(gap(event.data)).toBe(true)
    expect(gap({ ...data, reason: 'other' })).toBe(false)
    expect(gap({ ...data, more: 1 })).toBe(false)
    expect(record({ ...event, revision: '01' })).toBe(false)
    expect(record({ ...event, tenant: 1 })).toBe(false)
  })
})

describe('the catalogue', () => {
  it('names every type and every value of every closed list', () => {
    const page = read('README.md')
    const missing: string[] = []
    const collect = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return
      if ('enum' in schema && Array.isArray(schema.enum)) {
        for (const value of schema.enum) if (!page.includes(`\`${value}\``)) missing.push(String(value))
      }
      for (const member of Object.values(schema)) collect(member)
    }
    for (const { type } of CLYRA_REGISTRY.types()) if (!page.includes(`\`${type}\``)) missing.push(type)
    for (const text of eventSchemaFiles().values()) collect(JSON.parse(text))
    expect(missing).toEqual([])
  })
})
