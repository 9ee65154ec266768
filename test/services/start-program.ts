import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { endProcesses, runningProcesses, send } from './end-processes.js'

export interface StartedProgram {
  readonly child: ChildProcess
  /** Sends a signal to the program and to every process of its session, as a terminal sends SIGINT. */
  signalAll(signal: NodeJS.Signals): void
  /** Ends it and all that it started, and resolves when all are gone; nothing writes into its folders any more. */
  end(): Promise<void>
}

/**
 * Starts a program as the leader of a session of its own, so that it can be ended with its children and theirs. One
 * that the test leaves running ends with the test's process.
 */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions): StartedProgram {
  const child = spawn(command, args, { ...options, detached: true })
  const { pid } = child
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const ours = (one: { pid: number; session: number }) => one.pid === pid || one.session === pid
  const endWithTest = () => {
    if (pid !== undefined) send(-pid, 'SIGKILL')
  }
  process.once('exit', endWithTest)
  return {
    child,
    signalAll: (signal) => {
      for (const one of runningProcesses().filter(ours)) send(one.pid, signal)
    },
    end: async () => {
      if (pid !== undefined) await endProcesses(ours)
      await exited
      process.off('exit', endWithTest)
    },
  }
}
