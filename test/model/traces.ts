import { simulate } from './spin.js'

/** What the model says of the ledger after an action; sizes are in batches. `mode` 0 down, 4 open. */
export interface ModelState {
  readonly length: number
  readonly durable: number
  /** Of clients 1 and 2: 0 wants to append, 1 waits for an answer, 2 was told. */
  readonly clients: readonly [number, number]
  readonly signed: number
  readonly published: number
  /** Of the process that acted. */
  readonly mode: number
  readonly head: number
  readonly indexed: number
  readonly edge: number
  readonly known: number
  readonly refused: boolean
  /** Whose batch stands at each position: 3 the first, 1 and 2 the clients', 4 a heads record. */
  readonly ids: readonly number[]
}

/** One line of a trace: `action` of process `by`, its argument, and the state after it. */
export interface Step {
  readonly action: string
  readonly by: 0 | 1
  readonly argument: number
  /** Undefined for the parts of a power loss, which come before it. */
  readonly after: ModelState | undefined
}

/** The actions of one run of the model that chance leads. The same seed gives the same run. */
export async function traceOf(seed: number, defines: readonly string[]): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const line of (await simulate(seed, ['TRACE', ...defines], 5000)).split('\n')) {
    const [kind, ...words] = line.trim().split(' ')
    if (kind === 'step') {
      const [action, by, argument] = words
      steps.push({
        action: action!.slice('did_'.length),
        by: by === '1' ? 1 : 0,
        argument: Number(argument),
        after: undefined,
      })
    } else if (kind === 'state') {
      const last = steps.pop()
      if (last === undefined) throw new Error(`a state without an action: ${line}`)
      steps.push({ ...last, after: stateOf(words.map(Number)) })
    }
  }
  return steps
}

function stateOf(numbers: readonly number[]): ModelState {
  const [length, durable, first, second, signed, published, mode, , head, indexed, edge, known, refused, ...ids] =
    numbers
  const all = [length, durable, first, second, signed, published, mode, head, indexed, edge, known, refused]
  if (ids.length !== 3 || all.some((one) => one === undefined || Number.isNaN(one)))
    throw new Error(`not a state: ${numbers.join(' ')}`)
  return {
    length: length!,
    durable: durable!,
    clients: [first!, second!],
    signed: signed!,
    published: published!,
    mode: mode!,
    head: head!,
    indexed: indexed!,
    edge: edge!,
    known: known!,
    refused: refused === 1,
    ids: [3, ...ids],
  }
}
