import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { product } from '../product.mjs'
import { MUTATED_ROWS } from './rows.mjs'

/** Broken parts may wait for ever. */
const LONGEST_MS = 60_000

/**
 * Runs every row small and unbroken, which must pass, and then with each broken part, which its checks must refuse.
 * Prints one line for each and the number at the end; gives the exit status.
 */
export async function runMutations({ directory, wants }) {
  let passed = 0
  let failed = 0
  let number = 0
  const shared = { directory }
  const places = []
  const say = (ok, seconds, text) => {
    if (ok) passed++
    else failed++
    process.stdout.write(`${ok ? 'ok    ' : 'MISSED'} ${seconds.toFixed(1).padStart(5)} s  ${text}\n`)
  }
  const attempt = async (run) => {
    const place = join(directory, `mutation-${number++}`)
    mkdirSync(place, { recursive: true })
    const begun = performance.now()
    const late = new AbortController()
    const error = await Promise.race([
      run(smallContext(place, shared)).then(
        () => undefined,
        (thrown) => thrown,
      ),
      sleep(LONGEST_MS, new Error('it did not end'), { signal: late.signal }),
    ])
    late.abort()
    // What was broken may still be at work: a ledger that is taken away from under it would end the process.
    places.push(place)
    return { error, seconds: (performance.now() - begun) / 1000 }
  }
  for (const { row, needs, unbroken, broken } of MUTATED_ROWS) {
    if (!wants(row.split(/[ ,]/)[0])) continue
    const reason = await needs?.unavailable?.()
    if (reason !== undefined) {
      process.stdout.write(`not run: ${row}, because ${reason}\n`)
      continue
    }
    const whole = await attempt(unbroken)
    say(
      whole.error === undefined,
      whole.seconds,
      `${row}: unbroken, it passes${whole.error ? `: ${whole.error.stack}` : ''}`,
    )
    for (const [what, run] of Object.entries(broken)) {
      const { error, seconds } = await attempt(run)
      const caught = error?.name === 'CheckFailed'
      const how = caught ? error.message : `not by a check: ${error?.stack ?? 'nothing'}`
      say(caught, seconds, `${row}: ${what}: ${how}`)
    }
  }
  for (const place of places) rmSync(place, { recursive: true, force: true })
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

const smallContext = (directory, shared) => ({
  directory,
  shared,
  product,
  rounds: 1,
  pick: (_full, quick, tiny = quick) => tiny,
  progress: () => undefined,
})
