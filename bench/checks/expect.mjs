/** A check on a result that did not hold: nothing is printed then. */
export class CheckFailed extends Error {
  name = 'CheckFailed'
}

/** Throws CheckFailed unless `holds`. */
export function expect(holds, what) {
  if (!holds) throw new CheckFailed(what)
}
