import { chmodSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertLiesIn, assertNoLinksIn, userOf, whyNotOurs } from './state-directory.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-own-'))
  path = join(folder, 'state')
  mkdirSync(path, { mode: 0o700 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const me = process.geteuid?.()
const user = { uid: me, sudoUid: undefined }
/** Somebody who is neither us nor root. */
const stranger = { uid: 4_000_001, sudoUid: undefined }

describe('what was found is believed', () => {
  it('if it is ours, or is not there at all', () => {
    expect(whyNotOurs(path, user)).toBeUndefined()
    expect(whyNotOurs(join(folder, 'absent'), stranger)).toBeUndefined()
  })

  it('if a group may write it: so a umask of 002 leaves every file', () => {
    chmodSync(path, 0o775)
    expect(whyNotOurs(path, user)).toBeUndefined()
  })

  it('not if everybody may write it, be it sticky or not', () => {
    for (const mode of [0o777, 0o1777, 0o702]) {
      chmodSync(path, mode)
      expect(whyNotOurs(path, user)).toMatch(/every user may write it/)
    }
  })

  it('where a system has no users', () => {
    chmodSync(path, 0o777)
    expect(whyNotOurs(path, { uid: undefined, sudoUid: undefined })).toBeUndefined()
  })
})

/** Makes something another user's, in the eyes of `stranger` at least; gives whose it is. Only root can give files away. */
function another(path: string): number {
  if (me !== 0) return me ?? 0
  lchownSync(path, 4_000_002, 4_000_002)
  return 4_000_002
}

describe('of another user', () => {
  it('nothing is believed, by root neither', () => {
    const owner = another(path)
    expect(whyNotOurs(path, stranger)).toBe(`it belongs to another user (uid ${owner}; you are 4000001)`)
    expect(whyNotOurs(path, { uid: 0, sudoUid: undefined })).toBe(
      `it belongs to another user (uid ${owner}; you are 0)`,
    )
    expect(whyNotOurs('/', stranger)).toBeUndefined()
  })

  it('but for root by sudo, who gave it', () => {
    const owner = another(path)
    expect(whyNotOurs(path, userOf(0, { SUDO_UID: String(owner) }))).toBeUndefined()
    expect(whyNotOurs(path, userOf(0, { SUDO_UID: '4000003' }))).toMatch(/another user/)
    expect(whyNotOurs(path, userOf(4_000_003, { SUDO_UID: String(owner) }))).toMatch(/another user/)
    expect(whyNotOurs(path, userOf(0, { SUDO_UID: 'x' }))).toMatch(/another user/)
  })

  it('a link is not believed, nor what it leads to', () => {
    const link = join(folder, 'link')
    symlinkSync('/', link)
    another(link)
    expect(whyNotOurs(link, stranger)).toMatch(/another user/)
    rmSync(link)
    symlinkSync(path, link)
    expect(whyNotOurs(link, user)).toBeUndefined()
    another(path)
    expect(whyNotOurs(link, stranger)).toMatch(/another user/)
  })
})

describe('a state directory lies where it is', () => {
  it('so no entry of it is a symbolic link', () => {
    mkdirSync(join(path, 'log'))
    writeFileSync(join(path, '.gitignore'), '*\n')
    assertNoLinksIn(path)
    assertNoLinksIn(join(folder, 'absent'))
    symlinkSync('/tmp', join(path, 'keys'))
    expect(() => assertNoLinksIn(path)).toThrow(/state\/keys is reached through a symbolic link/)
  })

  it('and nothing on the way to a folder deep in it', () => {
    const deep = join(path, 'tile/0/x001')
    mkdirSync(deep, { recursive: true })
    const link = join(folder, 'link')
    symlinkSync(path, link)
    assertLiesIn(path, deep)
    assertLiesIn(link, join(link, 'tile/0/x001'))
    mkdirSync(join(folder, 'elsewhere/x001'), { recursive: true })
    symlinkSync(join(folder, 'elsewhere'), join(path, 'tile/1'))
    expect(() => assertLiesIn(path, join(path, 'tile/1/x001'))).toThrow(/symbolic link/)
  })
})
