/**
 * The two functions of a test runner that the suites need, typed by what they do: vitest's, Jest's, Mocha's or
 * `node:test`'s fit, and no runner is a dependency of the package.
 */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => Promise<void>) => void
}

/** One sentence of a contract, and how to see whether it holds. `run` rejects where it does not. */
export interface Case<Fixture> {
  readonly name: string
  run(fixture: Fixture): Promise<void>
}

/** What a fixture cannot do, with the reason; the suite says it instead of passing the case in silence. */
export interface Cannot {
  readonly cannot: string
}

/** True for a hook that is not there; prints what is not checked, and why. */
export function isCannot(hook: object, unchecked: string): hook is Cannot {
  if (!('cannot' in hook)) return false
  process.stderr.write(`not checked: ${unchecked}: ${String(hook.cannot)}\n`)
  return true
}
