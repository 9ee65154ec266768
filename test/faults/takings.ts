import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, copyFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a writer says whose ledger is no longer the one that it opened. */
export const TAKEN = /^refused LEDGER_TAKEN_AWAY /

/** Where the ledger of a case lies. */
export interface Places {
  readonly root: string
  readonly state: string
  readonly log: string
  readonly segment: string
}

export interface Taking {
  readonly what: string
  readonly take: (places: Places) => void
  /** What a second process is told that opens the same path while the first one is there. */
  readonly second: RegExp
  /** What the first one is told when it appends again. */
  readonly first: RegExp
  /** Undoes what a test must not leave behind; gives where the ledger is to be looked for afterwards. */
  readonly after?: (places: Places) => string
}

/** A copy of the state directory in its place, which holds everything that was acknowledged so far. */
export function replaceByCopy({ root, state }: Places, hardLinks: boolean): void {
  const copy = join(root, 'copy')
  execFileSync('cp', [hardLinks ? '-al' : '-a', state, copy])
  renameSync(state, join(root, 'moved'))
  renameSync(copy, state)
}

export const TAKINGS: readonly Taking[] = [
  {
    what: 'the file of the lock removed',
    take: ({ log }) => rmSync(join(log, 'lock')),
    second: /^open$/,
    first: TAKEN,
  },
  {
    what: 'the file of the lock replaced',
    take: ({ log }) => {
      writeFileSync(join(log, 'other'), '')
      renameSync(join(log, 'other'), join(log, 'lock'))
    },
    second: /^open$/,
    first: TAKEN,
  },
  {
    what: 'the state directory replaced by a copy',
    take: (places) => replaceByCopy(places, false),
    second: /^open$/,
    first: TAKEN,
  },
  {
    what: 'the state directory replaced by a copy of hard links',
    take: (places) => replaceByCopy(places, true),
    second: /^refused LEDGER_LOCKED /,
    first: TAKEN,
  },
  {
    what: 'the state directory renamed',
    take: ({ root, state }) => renameSync(state, join(root, 'moved')),
    second: /^refused LEDGER_NOT_FOUND /,
    first: TAKEN,
    after: ({ root }) => join(root, 'moved'),
  },
  {
    what: 'the newest segment replaced by a copy',
    take: ({ segment }) => {
      copyFileSync(segment, `${segment}.other`)
      renameSync(`${segment}.other`, segment)
    },
    second: /^refused LEDGER_LOCKED /,
    first: TAKEN,
  },
  {
    what: 'the newest segment written to by somebody else',
    take: ({ segment }) => appendFileSync(segment, 'not a frame'),
    second: /^refused LEDGER_LOCKED /,
    first: TAKEN,
  },
]

/** As root, and where mounts are allowed. */
export const MOUNTS: readonly Taking[] = [
  {
    what: 'another file system mounted over the state directory',
    take: ({ state }) => mount('-t', 'tmpfs', 'tmpfs', state),
    second: /^refused LEDGER_NOT_FOUND /,
    first: TAKEN,
    after: ({ state }) => {
      umount(state)
      return state
    },
  },
  {
    what: 'its file system unmounted, another one with a copy mounted',
    take: ({ root, state }) => {
      const copy = join(root, 'copy')
      cpSync(state, copy, { recursive: true })
      mount('-t', 'tmpfs', 'tmpfs', state)
      execFileSync('cp', ['-a', `${copy}/.`, state])
    },
    second: /^open$/,
    first: TAKEN,
    after: ({ root, state }) => {
      const kept = join(root, 'kept')
      execFileSync('cp', ['-a', state, kept])
      umount(state)
      return kept
    },
  },
  {
    what: 'mounted at a second place',
    take: ({ root, state }) => {
      mkdirSync(join(root, 'again'))
      mount('--bind', state, join(root, 'again'))
    },
    second: /^refused LEDGER_LOCKED /,
    first: /^appended /,
    after: ({ root, state }) => {
      umount(join(root, 'again'))
      return state
    },
  },
]

function mount(...args: string[]): void {
  execFileSync('mount', args)
}

/** Lazily: processes that are still there have files open in it. */
function umount(place: string): void {
  spawnSync('umount', ['-l', place])
}
