import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { NotAdmitted, naiveAdmit } from './naive-json.js'

const SPEC = fileURLToPath(new URL('../../../spec/', import.meta.url))
// Patterns count UTF-16 code units, as spec/log/SPEC.md does.
const ajv = new Ajv2020({ strict: false, unicodeRegExp: false })

export const schemaOf = (path: string) => ajv.compile(JSON.parse(readFileSync(`${SPEC}${path}`, 'utf8')))

/** A calendar date by the platform's own: what it gives back is what it was given. */
export function naiveInstant(text: string): boolean {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z$/.exec(text)
  if (parts === null) return false
  const milliseconds = Date.parse(`${parts[1]}.000Z`)
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(parts[1]!)
}

/** `0|[1-9][0-9]*` up to 2^53-1. */
export const naiveDecimal = (text: unknown): boolean =>
  typeof text === 'string' && /^(0|[1-9][0-9]*)$/.test(text) && text.length <= 16 && BigInt(text) <= 2n ** 53n - 1n

/** A record as `spec/log/SPEC.md`, section 2, describes it; its data are not looked at. Undefined where it is one. */
export function naiveLogRecord(bytes: Uint8Array): string | undefined {
  if (bytes.length > 65_535) return 'RECORD_TOO_LARGE'
  try {
    naiveAdmit(bytes)
  } catch (error) {
    if (error instanceof NotAdmitted) return error.code
    throw error
  }
  const event: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const bad = 'RECORD_ENVELOPE_INVALID'
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return bad
  const texts = Object.entries(event).filter(([name]) => name !== 'data')
  if (!Object.keys(event).includes('data')) return bad
  for (const [name, text] of texts) {
    if (!/^[a-z0-9]{1,20}$/.test(name) || typeof text !== 'string' || text.length < 1 || text.length > 1024) return bad
    if (/[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/.test(text)) return bad
  }
  const all = new Map(texts)
  const grammars: readonly (readonly [string, (text: string) => boolean])[] = [
    ['specversion', (text) => text === '1.0'],
    ['id', (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)],
    ['source', () => true],
    ['type', (text) => /^[a-z][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9_-]{0,62}){1,15}\.v[1-9][0-9]{0,5}$/.test(text)],
    ['time', naiveInstant],
    ['ledger', (text) => /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)],
    ['stream', (text) => /^[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}$/.test(text)],
    ['revision', naiveDecimal],
    ['prev', (text) => /^[0-9a-f]{64}$/.test(text)],
    ['submitter', (text) => /^[A-Za-z0-9._:@/~-]{1,200}$/.test(text)],
    ['recordedat', (text) => naiveInstant(text) && /^.{19}\.\d{3}Z$/.test(text)],
  ]
  return grammars.every(([name, fits]) => all.has(name) && fits(String(all.get(name)))) ? undefined : bad
}
