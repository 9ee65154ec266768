import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import * as z from 'zod'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Who may name the streams of the process, and why. Everybody else speaks through `OutputStream`. */
const SPEAKERS: Readonly<Record<string, string>> = {
  'src/cli/environment.ts': 'hands the streams to the one writer',
  'src/stores/conformance/test-functions.ts': 'runs inside the test runner of whoever writes a store',
  'verifier/ts/src/cli-output.ts': 'is the writer of the verifier, a package of its own',
}
const SPEAKS = /\bprocess\.(stdout|stderr)\b|\bconsole\./

function speaksIn(text: string): boolean {
  return text.split('\n').some((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && SPEAKS.test(line))
}

/** The modules of the product, from the root. */
function product(): string[] {
  const files = execFileSync('git', ['ls-files', 'src', 'connectors', 'projections', 'profiles', 'verifier/ts/src'], {
    cwd: root,
    encoding: 'utf8',
  })
  return files.split('\n').filter((path) => path.endsWith('.ts') && !/\.test(\.support)?\.ts$/.test(path))
}

it('nothing speaks past the one writer of the terminal', () => {
  const speakers = product().filter((path) => speaksIn(readFileSync(`${root}${path}`, 'utf8')))
  expect(speakers.sort()).toEqual(Object.keys(SPEAKERS).sort())
})

it('the rule bites where a command forgets it, and not where a comment speaks of it', () => {
  expect(speaksIn("  process.stdout.write('x')")).toBe(true)
  expect(speaksIn("if (x) console.error('x')")).toBe(true)
  expect(speaksIn(' * console.log(record)')).toBe(false)
})

const RULES = join(root, '.dependency-cruiser.cjs')
const rule = z.object({
  name: z.string(),
  from: z.object({ pathNot: z.union([z.string(), z.array(z.string())]).optional() }),
})

it('every module that may touch files past the rim still does', () => {
  const rules = z.object({ forbidden: z.array(rule) }).parse(createRequire(import.meta.url)(RULES)).forbidden
  const [, , ...excepted] = rules.find(({ name }) => name === 'only the rim touches the system')?.from.pathNot ?? []
  expect(excepted.length).toBeGreaterThan(0)
  const touching = product().filter((path) =>
    /^(import|\} from) .*'node:fs(\/promises)?'/m.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(excepted.filter((path) => !touching.some((one) => new RegExp(path).test(one)))).toEqual([])
})

it('a module that opens files or starts programs itself breaks the rule of the rooms', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-rims-'))
  const broken = (path: string, text: string): string[] => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
    const args = [cruiser, '--config', RULES, '--output-type', 'err', path]
    const ended = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    rmSync(file)
    return [...ended.stdout.matchAll(/error (only the rim [a-z ]+[a-z])/g)].map((found) => found[1] ?? '')
  }
  writeFileSync(join(folder, 'tsconfig.json'), '{}')
  const touches = 'only the rim touches the system'
  const starts = 'only the rim starts programs'
  const reading = "import { readFileSync } from 'node:fs'\nreadFileSync('x')\n"
  try {
    expect({
      reading: broken('src/cli/reading.ts', reading),
      bare: broken('src/cli/bare.ts', "import fs from 'fs'\nfs.readFileSync('x')\n"),
      promised: broken('connectors/dbt/promised.ts', "import { open } from 'node:fs/promises'\nawait open('x')\n"),
      later: broken('src/cli/later.ts', "await import('node:fs')\n"),
      starting: broken('src/stores/starting.ts', "import { spawn } from 'node:child_process'\nspawn('x')\n"),
      typed: broken('src/cli/typed.ts', "import type { Stats } from 'node:fs'\nexport type X = Stats\n"),
      excepted: broken('src/stores/excepted.ts', reading),
      rim: broken('src/system/rim.ts', reading),
    }).toEqual({
      reading: [touches],
      bare: [touches],
      promised: [touches],
      later: [touches],
      starting: [starts],
      typed: [],
      excepted: [],
      rim: [],
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
