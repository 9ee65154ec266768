import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { readTextSyncBounded, StartFailure, startProgram } from '../../system/index.js'

/** How a child process ended. */
export interface ChildExit {
  /** Its exit code, null where a signal ended it or it never started. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The errno of a child that could not be started (`ENOENT`, `EACCES`, ...). */
  readonly startError: string | null
}

const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * Runs a program in our place and directory: its input and outputs are ours, untouched, the whole environment is its
 * own, and the signals sent to us reach it. Never rejects.
 *
 * SIGINT from a terminal goes to every process of the foreground group, so it already reached the child: then it is
 * not sent a second time (dbt takes a second SIGINT as "stop at once"). libuv gives a child the default disposition
 * of every signal, so that a child of a background shell job can be interrupted too.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    onStart(pid: number): void
  },
): Promise<ChildExit> {
  let child: ChildProcess | undefined
  const forwarding = forwardSignals((signal) => child?.kill(signal))
  try {
    child = await startProgram(command, args, {
      cwd: undefined,
      variables: options.env,
      pass: 'everything',
      stdio: 'inherit',
    })
  } catch (error) {
    forwarding.stop()
    return { code: null, signal: null, startError: error instanceof StartFailure ? error.errno : 'UNKNOWN' }
  }
  const { pid } = child
  const ended = once(child, 'exit')
  if (pid !== undefined) options.onStart(pid)
  // Holds: the two values of this event, as Node documents them.
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null]
  forwarding.stop()
  return { code, signal, startError: null }
}

function forwardSignals(kill: (signal: NodeJS.Signals) => void): { stop(): void } {
  const forward = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT' && inForeground()) return
    kill(signal)
  }
  // Ctrl-\ reaches the child by itself; we stay to record how it ended.
  const stay = () => {}
  for (const signal of FORWARDED) process.on(signal, forward)
  process.on('SIGQUIT', stay)
  return {
    stop() {
      for (const signal of FORWARDED) process.off(signal, forward)
      process.off('SIGQUIT', stay)
    },
  }
}

/** What a shell would report: the code, 128 + n for a signal, 127 / 126 for a program that did not start. */
export function exitStatusOf(exit: ChildExit): number {
  if (exit.code !== null) return exit.code
  if (exit.signal !== null) return 128 + (constants.signals[exit.signal] ?? 0)
  return exit.startError === 'ENOENT' ? 127 : 126
}

/** True where our process group is the terminal's foreground group (Linux); elsewhere where stdin is a terminal. */
function inForeground(): boolean {
  try {
    const stat = readTextSyncBounded('/proc/self/stat', {
      limit: 65_536,
      tooLarge: null,
      what: 'the state of this process',
    })
    // pid (comm) state ppid pgrp session tty_nr tpgid: comm may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] !== undefined && fields[2] === fields[5]
  } catch {
    return process.stdin.isTTY === true
  }
}
