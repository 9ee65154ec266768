/** One part of `npm test`: how it is run and what it keeps busy. */
export interface TestPart {
  readonly name: string
  readonly title: string
  readonly command: readonly string[]
  /** The name of vitest's report, where its tests are counted one by one. */
  readonly report?: string
  readonly minutes: number
  readonly cores: 1 | 2
}
/** The parts that are asked for by name, all where none is; a sentence where a name is none. */
export function chosenParts(names: readonly string[]): readonly TestPart[] | string
/** What `npm test -- --list` prints. */
export function listOfParts(): string
