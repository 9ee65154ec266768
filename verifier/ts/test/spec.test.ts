import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CODES, STAGES } from '../src/spec.generated.js'
import { smallOrderY } from './vectors/readings/points.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const source = fileURLToPath(new URL('../src/', import.meta.url))

describe('what is made from the specification', () => {
  it('spec.generated.ts is what spec/bundle gives', () => {
    execFileSync(process.execPath, ['scripts/generate-verifier-spec.mjs', '--check'], { cwd: root })
  })

  it('the golden vectors on disk are what their definitions give', () => {
    execFileSync(process.execPath, ['scripts/generate-vectors.mjs', '--check'], { cwd: root })
  }, 60_000)

  it('the worked example is what its seeds give, and each of its steps leads to the value that the bundle states', () => {
    execFileSync(process.execPath, ['scripts/generate-example.mjs', '--check'], { cwd: root })
  }, 60_000)

  it('says of each check which input it needs', () => {
    const { codes } = JSON.parse(readFileSync(`${root}spec/bundle/codes.json`, 'utf8')) as {
      codes: { needs?: string }[]
    }
    expect(codes.filter(({ needs }) => needs === undefined || needs === '')).toEqual([])
  })

  it('orders the codes of each stage without gap or twin, for each profile of its own', () => {
    for (const stage of STAGES) {
      const orders = Object.values(CODES)
        .filter((code) => code.stage === stage)
        .map(({ order }) => order)
      expect(orders, stage).toEqual(orders.map((_, i) => i + 1))
    }
  })

  it('the specification prints in full the y of the points of small order that the curve gives', () => {
    const prose = readFileSync(`${root}spec/log/SPEC.md`, 'utf8')
    const inFull = smallOrderY().filter((y) => BigInt(y) > 1n)
    expect(inFull.filter((y) => !prose.includes(`${y}\n`))).toEqual([])
    expect(inFull).toHaveLength(3)
  })

  it('the specification explains every code and the codes are all there', () => {
    const prose = readFileSync(`${root}spec/bundle/CODES.md`, 'utf8')
    for (const code of Object.keys(CODES)) expect(prose, code).toContain(`\`${code}\``)
  })
})

describe('the core of the verifier', () => {
  it('imports nothing but its own files and the two libraries, and node: only in the program', () => {
    for (const file of readdirSync(source).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(source + file, 'utf8')
      const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]!)
      const own = imports.filter((name) => !name.startsWith('./') && !name.startsWith('@noble/'))
      if (file.startsWith('cli'))
        expect(
          own.every((name) => name.startsWith('node:')),
          file,
        ).toBe(true)
      else {
        expect(own, file).toEqual([])
        expect(
          imports.filter((name) => name.includes('cli')),
          file,
        ).toEqual([])
      }
    }
  })
})
