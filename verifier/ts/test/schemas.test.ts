import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../src/archive.js'
import { CODES } from '../src/index.js'
import { WARNINGS } from '../src/spec.generated.js'
import { vectors } from './vectors/index.js'
import { resultOf } from './vectors/result-of.js'
import { wholeVectors } from './vectors/whole.js'

const SCHEMAS = fileURLToPath(new URL('../../../spec/bundle/schemas/', import.meta.url))
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
const readJson = (url: URL): object => JSON.parse(readFileSync(url, 'utf8'))
const recordAjv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false })
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
const read = (name: string): { $defs: { code: { enum: string[] } } } =>
  JSON.parse(readFileSync(`${SCHEMAS}${name}.schema.json`, 'utf8'))
const schema = (name: string) => ajv.compile(read(name))

describe('the schemas of spec/bundle', () => {
  const documents = {
    'manifest.json': schema('manifest'),
    'manifest.dsse.json': schema('dsse-envelope'),
    'proof.json': schema('proof'),
    'heads.json': schema('heads'),
    'openings.json': schema('openings'),
  }
  const statement = schema('statement')
  const result = schema('result')

  it('describe every document of every valid bundle', () => {
    let seen = 0
    for (const { group, name, evidence } of vectors()) {
      if (group !== 'valid' || !(evidence instanceof Uint8Array)) continue
      const archive = readArchive(evidence)
      for (const [file, validate] of Object.entries(documents)) {
        const bytes = archive.get(file)
        if (bytes === undefined) continue
        expect(validate(parse(bytes)), `${name}: ${file} ${JSON.stringify(validate.errors)}`).toBe(true)
        seen++
      }
      const envelope = parse(archive.get('manifest.dsse.json')!)
      const payload = String(Object(envelope).payload)
      expect(statement(parse(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))))).toBe(true)
    }
    expect(seen).toBeGreaterThan(80)
  })

  it('describe the result of every vector', async () => {
    for (const vector of vectors()) {
      const outcome = await resultOf(vector)
      expect(result(JSON.parse(JSON.stringify(outcome))), `${vector.name}: ${JSON.stringify(result.errors)}`).toBe(true)
    }
  })

  it('of events take every record of the whole runs, which are as a recorder writes them', () => {
    const events = new URL('../../../spec/events/', import.meta.url)
    const validators = new Map<string, ReturnType<typeof schema>>()
    const validatorOf = (type: string) => {
      const known = validators.get(type) ?? recordAjv.compile(readJson(new URL(`${type}.schema.json`, events)))
      validators.set(type, known)
      return known
    }
    for (const { name, evidence } of wholeVectors().filter(({ group }) => group === 'valid')) {
      // Each of them is one archive.
      const lines = new TextDecoder().decode(readArchive(evidence as Uint8Array).get('records.jsonl')).trimEnd()
      for (const line of lines.split('\n')) {
        const { type, data } = JSON.parse(line) as { type: string; data: unknown }
        const validate = validatorOf(type)
        expect(validate(data), `${name}: ${type} ${JSON.stringify(validate.errors)}`).toBe(true)
      }
    }
    expect(validators.size).toBeGreaterThan(20)
  })

  it('know exactly the codes of the table', () => {
    expect(read('result').$defs.code.enum).toEqual([...Object.keys(CODES), 'OK'])
    expect(JSON.stringify(read('result'))).toContain(JSON.stringify(Object.keys(WARNINGS)))
  })
})
