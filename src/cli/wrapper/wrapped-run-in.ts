import type { WrappedRun } from './messages.js'

/**
 * The wrapped run that a command line asks for, told apart without the parser of command lines: `run`, options of
 * Clyra's, `dbt`, and then everything is dbt's. Undefined for any other line, also for one of `run` that only the parser
 * understands (`--help`, `-qv`): that one takes the longer way and comes to the same.
 */
export function wrappedRunIn(line: readonly string[]): WrappedRun | undefined {
  if (line[0] !== 'run') return undefined
  const options = { json: false, quiet: false, verbose: false }
  let ledger: string | undefined
  for (let at = 1; at < line.length; at++) {
    const word = line[at] ?? ''
    if (word === 'dbt') return { args: dbtArgs(line.slice(at + 1)), options, ledger }
    if (word === '--json') options.json = true
    else if (word === '-q' || word === '--quiet') options.quiet = true
    else if (word === '-v' || word === '--verbose') options.verbose = true
    else if (word.startsWith('--ledger=') && word !== '--ledger=') ledger = word.slice('--ledger='.length)
    else if (word === '--ledger' && isValue(line[at + 1])) ledger = line[++at]
    else return undefined
  }
  return undefined
}

/** What follows `dbt` on the line, without a border between the two programs. */
export function dbtArgs(rest: readonly string[]): readonly string[] {
  return rest[0] === '--' ? rest.slice(1) : rest
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && word !== '' && !word.startsWith('-')
}
