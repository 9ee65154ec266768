/** The longest that may be asked for: an hour. */
const MOST_SECONDS = 3600

/** Reads durations in seconds from the environment; one that cannot be used is said, and the usual one counts. */
export function secondsIn(
  variables: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void,
): (name: string, usual: number) => number {
  return (name, usual) => {
    const text = variables[name] ?? ''
    const seconds = Number(text)
    if (text === '') return usual
    if (seconds > 0 && seconds <= MOST_SECONDS) return seconds
    say(`clyra: ${name} must be seconds, above 0 and up to ${MOST_SECONDS}; ${usual} are taken (CONFIG_INVALID)\n`)
    return usual
  }
}
