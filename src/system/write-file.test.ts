import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import { createWorkbench, type Workbench } from './write-file.js'

let folder: string
let path: string
let workbench: Workbench
const watched: boolean[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-write-'))
  path = join(folder, 'file')
  let made = 0
  watched.length = 0
  workbench = createWorkbench(
    () => String(made++),
    (unfinished) => watched.push(unfinished),
  )
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return isClyraError(error) ? error.code : String(error)
  }
  return 'done'
}
const modeOf = (at: string) => statSync(at).mode & 0o777

it('writes a new file whole, with its mode, and leaves nothing beside it', () => {
  workbench.writeFile(path, 'abc', { mode: 0o600 })
  expect([readFileSync(path, 'utf8'), modeOf(path), readdirSync(folder)]).toEqual(['abc', 0o600, ['file']])
  expect(watched).toEqual([true, false])
})

it('leaves a file that is there as it is, unless it is told to replace it', () => {
  writeFileSync(path, 'mine')
  expect(refusal(() => workbench.writeFile(path, 'other'))).toBe('OUTPUT_EXISTS')
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['mine', ['file']])
  workbench.writeFile(path, 'other', { replace: true })
  expect(readFileSync(path, 'utf8')).toBe('other')
})

it('calls what must be known of a file when only its name is missing, and not for a file that will never be', () => {
  const seen: unknown[] = []
  const beforeNamed = () => seen.push([existsSync(path), readdirSync(folder).length])
  workbench.writeFile(path, 'abc', { beforeNamed })
  expect(seen).toEqual([[false, 1]])
  expect(refusal(() => workbench.writeFile(path, 'other', { beforeNamed }))).toBe('OUTPUT_EXISTS')
  expect(seen).toHaveLength(1)
})

it('has nothing to do where the file is there with just these bytes', () => {
  workbench.writeFile(path, 'abc')
  const { ino } = statSync(path)
  workbench.writeFile(path, 'abc')
  expect([statSync(path).ino, readdirSync(folder)]).toEqual([ino, ['file']])
  expect(refusal(() => workbench.writeFile(path, 'ab'))).toBe('OUTPUT_EXISTS')
  expect(refusal(() => workbench.writeFile(path, 'abcd'))).toBe('OUTPUT_EXISTS')
})

it('never opens a file that it replaces to more than it was open to, nor touches another name of it', () => {
  writeFileSync(path, 'mine')
  chmodSync(path, 0o600)
  const other = join(folder, 'other')
  linkSync(path, other)
  workbench.writeFile(path, 'public', { mode: 0o644, replace: true })
  expect([modeOf(path), readFileSync(other, 'utf8')]).toEqual([0o600, 'mine'])
  chmodSync(path, 0o644)
  workbench.writeFile(path, 'secret', { mode: 0o600, replace: true })
  expect(modeOf(path)).toBe(0o600)
})

it.each([true, false])('never replaces a link, FIFO, directory or device (replace: %s)', (replace) => {
  const target = join(folder, 'target')
  writeFileSync(target, 'mine')
  const others: Record<string, () => void> = {
    link: () => symlinkSync(target, path),
    dangling: () => symlinkSync(join(folder, 'nothing'), path),
    fifo: () => execFileSync('mkfifo', [path]),
    directory: () => mkdirSync(path),
  }
  for (const [kind, make] of Object.entries(others)) {
    make()
    expect([kind, refusal(() => workbench.writeFile(path, 'other', { replace }))]).toEqual([kind, 'NOT_A_REGULAR_FILE'])
    expect([kind, refusal(() => workbench.begin(path))]).toEqual([kind, 'OUTPUT_EXISTS'])
    rmSync(path, { recursive: true })
  }
  for (const device of ['/dev/null', '/dev/stdout', '/dev/full'])
    expect([device, refusal(() => workbench.writeFile(device, '', { replace }))]).toEqual([
      device,
      'NOT_A_REGULAR_FILE',
    ])
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  expect(readFileSync(target, 'utf8')).toBe('mine')
})

it('writes nothing inside a state directory, whatever its name and whatever leads there', () => {
  const state = join(folder, 'project', '.clyra')
  const renamed = join(folder, 'copy')
  const spool = join(folder, 'spool', 'run')
  for (const one of [join(state, 'keys'), join(renamed, 'log'), join(spool, 'log')]) mkdirSync(one, { recursive: true })
  writeFileSync(join(renamed, 'log', 'durable'), '')
  writeFileSync(join(spool, 'spool.json'), '{}')
  symlinkSync(join(state, 'keys'), join(folder, 'way'))
  for (const inside of [join(state, 'a'), join(state, 'keys', 'a'), join(renamed, 'a'), join(spool, 'log', 'a')]) {
    expect([inside, refusal(() => workbench.writeFile(inside, '', { replace: true }))]).toEqual([inside, 'USAGE'])
    expect([inside, refusal(() => workbench.begin(inside))]).toEqual([inside, 'USAGE'])
  }
  expect(refusal(() => workbench.writeFile(join(folder, 'way', 'a'), ''))).toBe('USAGE')
  expect(refusal(() => workbench.writeFile(join(folder, 'project', 'a'), ''))).toBe('done')
})

it('does not write over what came there while it worked', () => {
  const draft = workbench.begin(path)
  writeFileSync(draft.path, 'other')
  writeFileSync(path, 'mine')
  expect(refusal(() => draft.finish())).toBe('OUTPUT_EXISTS')
  expect([readFileSync(path, 'utf8'), existsSync(draft.path)]).toEqual(['mine', false])
  const directory = workbench.begin(join(folder, 'directory'))
  mkdirSync(directory.path)
  mkdirSync(join(folder, 'directory', 'mine'), { recursive: true })
  expect(refusal(() => directory.finish())).toBe('OUTPUT_EXISTS')
  expect(readdirSync(folder).sort()).toEqual(['directory', 'file'])
})

it('says when there is something to tidy up, and tidies it up', () => {
  const [one, two] = [workbench.begin(path), workbench.begin(join(folder, 'second'))]
  writeFileSync(one.path, '')
  mkdirSync(two.path)
  expect(watched).toEqual([true])
  workbench.discard()
  expect([watched, readdirSync(folder)]).toEqual([[true, false], []])
})
