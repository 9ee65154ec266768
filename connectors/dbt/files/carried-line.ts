const DBT_EVENT = /\{"(?:data|info)": ?\{/
const INFO = /"info": ?\{/

/**
 * Gives the lines of dbt's own log out of what a container runtime (`{"log": ...}`, `<time> stdout F ...`), a log
 * collector or a scheduler wrote. A runtime that splits long lines says so: Docker by a text without its line feed, the
 * CRI by `P`. What carries no event is passed on as it is.
 */
export class CarriedLines {
  #docker = ''
  readonly #cri = new Map<string, string>()

  /** The lines that are whole now: none where the line is a part of a longer one. */
  push(line: string): string[] {
    const text = line.trim()
    if (text === '') return []
    const cri = CRI.exec(text)
    if (cri !== null) return this.#ofCri(cri[1]!, cri[2]!, cri[3]!)
    const inner = innerOf(text)
    if (inner === null) return [stripped(text)]
    if (inner.member !== 'log') return [stripped(inner.text.trim())]
    this.#docker += inner.text
    if (!inner.text.endsWith('\n')) return []
    const whole = this.#docker
    this.#docker = ''
    return [stripped(whole.trim())]
  }

  /** What is left of a line that was split and never ended. */
  end(): string[] {
    return [this.#docker, ...this.#cri.values()].filter((rest) => rest !== '').map((rest) => stripped(rest.trim()))
  }

  #ofCri(stream: string, flag: string, content: string): string[] {
    const whole = (this.#cri.get(stream) ?? '') + content
    this.#cri.set(stream, flag === 'P' ? whole : '')
    return flag === 'P' ? [] : [stripped(whole.trim())]
  }
}

const CRI = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+ (stdout|stderr) ([PF]) (.*)$/

/** The text member of a JSON object that is not itself an event: where collectors keep the line. */
function innerOf(text: string): { readonly member: string; readonly text: string } | null {
  if (!text.startsWith('{') || isEvent(text)) return null
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read !== 'object' || read === null) return null
    for (const [member, value] of Object.entries(read)) {
      if (typeof value === 'string' && MEMBERS.has(member)) return { member, text: value }
    }
  } catch {
    // A damaged line: passed on, and counted by who reads it.
  }
  return null
}

const MEMBERS = new Set(['log', 'message', 'msg', 'line', 'textPayload', 'MESSAGE'])

/** The event without the words before it; the text itself where it holds none. */
function stripped(text: string): string {
  if (isEvent(text)) return text
  const at = text.search(DBT_EVENT)
  return at > 0 && isEvent(text.slice(at)) ? text.slice(at) : text
}

/** By the two members of every line of dbt's: nothing is parsed that will be parsed again. */
export function isEvent(text: string): boolean {
  return text.startsWith('{') && DBT_EVENT.test(text.slice(0, 12)) && INFO.test(text) && text.endsWith('}')
}
