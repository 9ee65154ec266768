/** What a password is looked up for; `host` is `localhost` for a socket in the default directory. */
export interface PasswordPlace {
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
}

/**
 * The password of the first line `host:port:database:user:password` that fits ("The Password File"); `*` fits anything,
 * `\` stands before a colon or backslash that is meant. Undefined where none fits.
 */
export function passwordIn(passfile: string, place: PasswordPlace): string | undefined {
  const wanted = [place.host, place.port, place.database, place.user]
  for (const line of passfile.split(/\r?\n/)) {
    const found = line.startsWith('#') ? null : LINE.exec(line)
    if (found === null) continue
    const fits = wanted.every((value, at) => found[at + 1] === '*' || unescaped(found[at + 1]) === value)
    if (fits) return unescaped(found[5])
  }
  return undefined
}

/** Four fields that each end at a colon, and the rest of the line. */
const FIELD = String.raw`((?:[^:\\]|\\.)*)`
const LINE = new RegExp(`^${FIELD}:${FIELD}:${FIELD}:${FIELD}:(.*)$`)

const unescaped = (field = ''): string => field.replace(/\\(.)/g, '$1')
