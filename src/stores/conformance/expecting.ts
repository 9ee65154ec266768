import assert from 'node:assert/strict'
import { type ClyraError, type ErrorCode, isClyraError } from '../../errors/index.js'

/** The error with which a promise rejects; fails unless it is a ClyraError of one of these codes. */
export async function rejection(promise: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<ClyraError> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    if (isClyraError(error) && codes.includes(error.code)) return error
    assert.fail(
      `expected ${codes.join(' or ')}, got ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
  assert.fail(`expected ${codes.join(' or ')}, but it resolved with ${String(value)}`)
}

/** What a promise gives; fails where that takes longer than `ms`. Leaves no timer behind. */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} took longer than ${ms} ms` })), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs `body` beside `watch`, which goes on while `going()` is true and has to end soon after. A failure of either
 * fails both; nothing is left running.
 */
export async function beside(
  watch: (going: () => boolean) => Promise<unknown>,
  body: () => Promise<void>,
): Promise<void> {
  let going = true
  let failed: { readonly error: unknown } | undefined
  const watching = watch(() => going).catch((error: unknown) => {
    failed = { error }
  })
  try {
    await body()
  } finally {
    going = false
    await within(60_000, watching, 'the end of what ran beside')
  }
  if (failed !== undefined) throw failed.error
}

/** True where the promise is still pending after `ms`. */
export async function staysPending(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const pending = Symbol()
  let timer: NodeJS.Timeout | undefined
  const slept = new Promise<symbol>((resolve) => {
    timer = setTimeout(() => resolve(pending), ms)
  })
  try {
    return (await Promise.race([promise, slept])) === pending
  } finally {
    clearTimeout(timer)
  }
}

/** Timers and watchers that keep the process busy now. */
function watchers(): number {
  const kinds = ['Timeout', 'Immediate', 'FSEventWrap', 'FSEvent', 'StatWatcher']
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length
}

/**
 * Fails where `body` leaves timers or file watchers behind. What a test runner itself starts meanwhile is a handful;
 * `body` MUST therefore do the thing in question at least 100 times.
 */
export async function withoutLeaks(body: () => Promise<void>): Promise<void> {
  const before = watchers()
  await body()
  for (let attempt = 0; attempt < 100 && watchers() > before; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  // The timer of the last round has fired; what is above `before` was left behind.
  assert.ok(watchers() <= before + 10, `${watchers() - before} timers or watchers were left behind`)
}
