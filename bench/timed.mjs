/** Runs `work` and gives its result with the milliseconds it took; collects garbage before, where node was asked to allow it. */
export async function timed(work) {
  globalThis.gc?.()
  const begun = performance.now()
  const result = await work()
  return { ms: performance.now() - begun, result }
}
