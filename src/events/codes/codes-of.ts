/** The codes of a closed list, in its order. */
export function codesOf<Code extends string>(list: Readonly<Record<Code, unknown>>): Code[] {
  // Holds: a list is an object literal with no other keys.
  return Object.keys(list) as Code[]
}
