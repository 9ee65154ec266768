/** What `npm run package` makes, tried as README says, word by word: a plain user, an empty folder, no registry. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { binaryName, HOST, targetName } from '../../scripts/build-go.mjs'
import { requireService } from '../services/index.js'
import { unprivilegedUser } from '../services/unprivileged-user.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const platform = `${process.platform}-${process.arch}`
const user = unprivilegedUser()

const folder = mkdtempSync(join(tmpdir(), 'clyra-release-'))
const place = (name: string) => join(folder, name)

/** A block of README that says it is tested, with the platform of this machine. */
function block(name: string): string {
  const found = new RegExp(`<!-- tested: ${name} -->\n\`\`\`sh\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1]
  if (found === undefined) throw new Error(`README has no tested block ${name}`)
  return found.replaceAll('linux-x64', platform)
}

/** Gives a folder with all in it to the user. */
function give(path: string): void {
  if (user === undefined) return
  chownSync(path, user.uid, user.gid)
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    chownSync(join(path, name), user.uid, user.gid)
}

/** Runs lines in a folder of the user's, where nothing is but a shell's own programs, Node, npm and dbt's stand-in. */
function asUser(
  lines: string,
  cwd: string,
): { readonly status: number | null; readonly said: string; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', lines], {
    cwd,
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    env: {
      HOME: place('home'),
      PATH: [join(place('home'), '.local/bin'), place('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
      // Nobody listens there: what asks a registry fails.
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      FAKE_DBT: JSON.stringify({ recording: place('recording') }),
    },
    encoding: 'utf8',
    timeout: 240_000,
  })
  return { status, out: stdout, said: `${lines}${stdout}${stderr}` }
}

const succeeds = (lines: string, cwd: string): string => {
  const { status, out, said } = asUser(lines, cwd)
  expect(status, said).toBe(0)
  return out
}

beforeAll(() => {
  chmodSync(folder, 0o755)
  for (const name of ['home', 'bin', 'download', 'project', 'receiver', 'npm-project']) mkdirSync(place(name))
  execFileSync(process.execPath, ['scripts/package.mjs', place('release'), '--go', targetName(HOST)], {
    cwd: root,
    stdio: 'pipe',
  })
  cpSync(place('release'), place('download'), { recursive: true })
  cpSync(join(root, 'examples/dbt-postgres/recorded/good'), place('recording'), { recursive: true })
  cpSync(join(root, 'test/cli/fake-dbt.mjs'), join(place('bin'), 'dbt'))
  chmodSync(join(place('bin'), 'dbt'), 0o755)
  writeFileSync(join(place('project'), 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
  give(folder)
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('README, as a user without rights in an empty folder without a registry,', () => {
  it('gets the program', () => {
    succeeds(block('get'), place('download'))
    expect(succeeds('clyra version', place('download'))).toBe(`${version}\n`)
  })

  it('tries it', () => {
    const said = succeeds(block('try'), place('download'))
    expect(said).toMatch(/^VALID/m)
    expect(said).toMatch(/fail/)
  })

  it('uses it on a project', () => {
    const said = succeeds(block('use'), place('project'))
    expect(said).toContain('run.def.zip')
    expect(said).toMatch(/vkey +\S+\+[0-9a-f]{8}\+/)
  })

  it('verifies what was sent, with one file beside nothing', () => {
    const { vkey } = JSON.parse(succeeds('clyra keys --json', place('project')))
    cpSync(join(place('project'), 'run.def.zip'), join(place('receiver'), 'run.def.zip'))
    cpSync(join(place('release'), 'clyra-verify.mjs'), join(place('receiver'), 'clyra-verify.mjs'))
    writeFileSync(join(place('receiver'), 'ledger.vkey'), `${vkey}\n`)
    give(place('receiver'))
    expect(succeeds(block('verify'), place('receiver'))).toMatch(/^VALID/)
    const bytes = readFileSync(join(place('receiver'), 'run.def.zip'))
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    writeFileSync(join(place('receiver'), 'run.def.zip'), bytes)
    expect(asUser(block('verify'), place('receiver'))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^INVALID/),
    })
  })
})

describe('the tarballs', () => {
  it('install into a project of npm too', () => {
    const name = `clyra-${version}-${platform}.tgz`
    succeeds(`npm install ${place('release')}/${name} && npx --no-install clyra version`, place('npm-project'))
  })

  it('hold the verifier: what npm would ask a registry for has none of our own names', () => {
    const list = execFileSync('tar', ['tzf', join(place('release'), `clyra-${version}.tgz`)], { encoding: 'utf8' })
    expect(list).toContain('package/node_modules/@clyra/verify/dist/cli.js')
    expect(list).toContain('package/node_modules/@noble/ed25519/package.json')
    expect(list).not.toContain('package/node_modules/lmdb/')
  })
})

describe('clyra-verify.html', () => {
  it('is the page that the installed program writes, of the digest in SHA256SUMS, which the notes say first', () => {
    const sums = readFileSync(join(place('release'), 'SHA256SUMS'), 'utf8')
    const { sha256 } = JSON.parse(succeeds('clyra verify --page -o page.html --json', place('project')))
    expect(sums).toContain(`${sha256}  clyra-verify.html\n`)
    const notes = readFileSync(join(place('release'), 'RELEASE_NOTES.md'), 'utf8')
    expect(/\b[0-9a-f]{64}\b/.exec(notes)?.[0]).toBe(sha256)
    expect(readFileSync(join(place('project'), 'page.html'))).toEqual(
      readFileSync(join(place('release'), 'clyra-verify.html')),
    )
  })
})

describe('clyra-verify.mjs', () => {
  const file = () => readFileSync(join(place('release'), 'clyra-verify.mjs'), 'utf8')

  it('names what is in it with its licence, imports Node alone, and has its version', () => {
    const [, header = ''] = /^#!.*\n\/\*([\s\S]*?)\*\//.exec(file()) ?? []
    expect(header).toMatch(/@noble\/hashes [0-9.]+ \(MIT\)[\s\S]*Copyright/)
    expect(header).toMatch(/@noble\/ed25519 [0-9.]+ \(MIT\)[\s\S]*Copyright/)
    const imports = [...file().matchAll(/^(?:import|export) .*from ["'](.*)["'];?$|\bimport\(["'](.*)["']\)/gm)]
    expect(imports.length).toBeGreaterThan(2)
    expect(imports.map((match) => match[1] ?? match[2]).filter((name) => !name?.startsWith('node:'))).toEqual([])
    expect(succeeds(`node ${place('release')}/clyra-verify.mjs --version`, place('receiver'))).toBe(`${version}\n`)
  })

  it('is the same bytes when it is made again', async () => {
    const { singleFileVerifier } = await import('../../scripts/single-file-verifier.mjs')
    expect(await singleFileVerifier()).toBe(file())
  })
})

describe.runIf(requireService('go'))('the verifier in Go', () => {
  it('says what the other says of what was sent, and has its digest in SHA256SUMS', () => {
    const program = join(place('release'), 'go', binaryName('def-verify', HOST))
    const { vkey } = JSON.parse(succeeds('clyra keys --json', place('project')))
    const said = succeeds(`${program} ${join(place('project'), 'run.def.zip')} --key ${vkey}`, place('receiver'))
    expect(said).toMatch(/^VALID/)
    const sha256 = createHash('sha256').update(readFileSync(program)).digest('hex')
    expect(readFileSync(join(place('release'), 'SHA256SUMS'), 'utf8')).toContain(
      `${sha256}  go/${binaryName('def-verify', HOST)}\n`,
    )
  })
})
