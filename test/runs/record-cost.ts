import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'

/*
 * Set up before each test file: with CLYRA_TEST_COST=<path> adds a line `{ file, processor }` there at the file's end,
 * in seconds of processor time of its process and of all programs that it started and waited for.
 */

const TICKS_A_SECOND = 100
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Seconds that this process took, with its children that ended (`man proc_pid_stat`: cutime, cstime). */
function spent(): number {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1e6
  if (!existsSync('/proc/self/stat')) return own
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // After the name, which may hold anything, `state` is the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return own + (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND
}

const path = process.env['CLYRA_TEST_COST']
if (path !== undefined) {
  const before = spent()
  afterAll(() => {
    const file = relative(ROOT, expect.getState().testPath ?? '')
    appendFileSync(path, `${JSON.stringify({ file, processor: Math.round((spent() - before) * 100) / 100 })}\n`)
  })
}
