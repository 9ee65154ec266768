/** A value, or the promise of one: what lies in memory answers at once, what lies elsewhere does not. */
export type Awaitable<T> = T | Promise<T>

/**
 * Whether an answer has to be waited for. Where every turn counts, `isPending(answer) ? await answer : answer` waits for
 * nothing that is there already.
 */
export function isPending<T>(answer: Awaitable<T>): answer is Promise<T> {
  return answer instanceof Promise
}
