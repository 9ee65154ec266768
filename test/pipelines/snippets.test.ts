/** The snippets of docs/ci.md, read as GitLab and pre-commit read them, and run. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { singleFileVerifier } from '../../scripts/single-file-verifier.mjs'
import { discard, PROJECT, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'

const page = readFileSync(join(PROJECT, 'docs', 'ci.md'), 'utf8')
const snippet = (name: string): unknown =>
  parse(new RegExp(`^<!-- tested: ${name} -->\\n\`\`\`yaml\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '')

const gitlab = z.strictObject({
  'verify-evidence': z.strictObject({
    image: z.string(),
    variables: z.record(z.string(), z.string()),
    script: z.array(z.string()),
    artifacts: z.strictObject({ when: z.literal('always'), paths: z.array(z.string()) }),
  }),
})
const preCommit = z.strictObject({
  repos: z.tuple([
    z.strictObject({
      repo: z.literal('local'),
      hooks: z.tuple([
        z.strictObject({
          id: z.string(),
          name: z.string(),
          entry: z.string(),
          language: z.literal('system'),
          files: z.string(),
        }),
      ]),
    }),
  ]),
})

describe('the snippets of docs/ci.md', () => {
  let folder = ''
  const place = (name: string) => join(folder, 'project', name)
  const sh = (script: string, args: readonly string[] = []) =>
    spawnSync('sh', ['-ec', script, 'sh', ...args], {
      cwd: place('.'),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: join(folder, 'home') },
    })
  const spoil = (name: string) => {
    const bytes = readFileSync(place('.demo/good.def.zip'))
    bytes.writeUInt8(bytes.readUInt8(3000) ^ 1, 3000)
    writeFileSync(place(name), bytes)
  }

  beforeAll(async () => {
    folder = sandbox()
    expect(await clyraHere(folder, ['demo', 'data'])).toMatchObject({ status: 0 })
    for (const name of ['tools', 'evidence']) mkdirSync(place(name))
    const verifier = await singleFileVerifier()
    writeFileSync(place('tools/clyra-verify.mjs'), verifier)
    const sha256 = createHash('sha256').update(verifier).digest('hex')
    writeFileSync(place('tools/SHA256SUMS'), `${sha256}  tools/clyra-verify.mjs\n`)
    const { vkey } = (await clyraJsonHere(folder, ['keys', '--ledger', '.demo'])) as { vkey: string }
    writeFileSync(place('tools/ledger.vkey'), `${vkey}\n`)
    copyFileSync(place('.demo/good.def.zip'), place('evidence/run.def.zip'))
  })
  afterAll(() => discard(folder))

  it("GitLab's passes for a VALID bundle, leaves the verdict, and fails for another verifier or bundle", () => {
    const { script, artifacts } = gitlab.parse(snippet('gitlab'))['verify-evidence']
    const job = script.join('\n')
    expect(sh(job).status).toBe(0)
    expect(artifacts.paths).toEqual(['verdict.json'])
    expect(JSON.parse(readFileSync(place('verdict.json'), 'utf8'))).toMatchObject({ verdict: 'VALID', code: 'OK' })
    spoil('evidence/run.def.zip')
    expect(sh(job).status).not.toBe(0)
    expect(JSON.parse(readFileSync(place('verdict.json'), 'utf8'))).toMatchObject({ verdict: 'INVALID' })
    copyFileSync(place('.demo/good.def.zip'), place('evidence/run.def.zip'))
    const verifier = readFileSync(place('tools/clyra-verify.mjs'))
    writeFileSync(place('tools/clyra-verify.mjs'), 'process.exit(0)\n')
    expect(sh(job).status).not.toBe(0)
    writeFileSync(place('tools/clyra-verify.mjs'), verifier)
  })

  it("pre-commit's looks at every bundle of the commit, whatever it is called, and refuses one that is not VALID", () => {
    const { entry, files } = preCommit.parse(snippet('pre-commit')).repos[0].hooks[0]
    expect(['a.def.zip', 'b/c.pef.zip', 'a.zip', 'def.zip.txt'].map((name) => new RegExp(files).test(name))).toEqual([
      true,
      true,
      false,
      false,
    ])
    copyFileSync(place('.demo/failing.def.zip'), place("evidence/it's; another.def.zip"))
    // pre-commit splits the entry as a shell does and puts the names behind it.
    const commit = (...names: string[]) => sh(`${entry} "$@"`, names).status
    const good = ['evidence/run.def.zip', "evidence/it's; another.def.zip"]
    expect(commit(...good)).toBe(0)
    spoil('evidence/spoilt.def.zip')
    expect(commit(...good, 'evidence/spoilt.def.zip')).toBe(1)
    expect(commit('evidence/spoilt.def.zip', ...good)).toBe(1)
  })
})
