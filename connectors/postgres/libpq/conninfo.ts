import { isRead, type Keyword, type Parameters } from './keywords.js'

/**
 * Reads a connection string as libpq does ("Connection Strings"): `postgres://user@host1:1,host2:2/db?sslmode=require`
 * or `host=host1,host2 dbname=db`. Throws TypeError for what is neither; the message holds nothing of the string.
 */
export function parseConninfo(text: string): Parameters {
  return /^postgres(ql)?:\/\//.test(text) ? parseUri(text) : parseKeywords(text)
}

/** `keyword = value`, values in single quotes where they are empty or hold spaces, `\` before a quote or backslash. */
function parseKeywords(text: string): Parameters {
  const found: Partial<Record<Keyword, string>> = {}
  const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s'\\]|\\[\s\S])*))(?=\s|$)/y
  while (pair.lastIndex < text.trimEnd().length) {
    const [, name, quoted, plain] = pair.exec(text) ?? refuse('not a connection string')
    if (name !== undefined && isRead(name)) found[name] = (quoted ?? plain ?? '').replace(/\\([\s\S])/g, '$1')
  }
  return found
}

const URI = /^postgres(?:ql)?:\/\/(?:([^/?@]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s

function parseUri(text: string): Parameters {
  const [, login, places = '', database, query] = URI.exec(text) ?? refuse('not a postgres:// URI')
  const [user, ...password] = login === undefined ? [] : login.split(':')
  const found: Partial<Record<Keyword, string>> = {
    ...part('user', user),
    ...part('password', password.length === 0 ? undefined : password.join(':')),
    ...part('dbname', database),
    ...placesOf(places),
  }
  for (const pair of (query ?? '').split('&').filter((one) => one !== '')) {
    const [name = '', ...value] = pair.split('=')
    const keyword = decode(name)
    // JDBC's word, which libpq takes too.
    if (keyword === 'ssl' && value.join('=') === 'true') found.sslmode = 'require'
    else if (isRead(keyword)) found[keyword] = decode(value.join('='))
  }
  return found
}

/** `host:port,[::1]:port`; a host may be a percent-encoded directory. */
function placesOf(text: string): Pick<Parameters, 'host' | 'port'> {
  if (text === '') return {}
  const places = text.split(',').map((place) => {
    const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([0-9]*))?$/.exec(place) ?? refuse('not a host')
    return { host: decode(bracketed ?? name ?? ''), port: port ?? '' }
  })
  const ports = places.map(({ port }) => port)
  return {
    ...part('host', places.map(({ host }) => host).join(',')),
    ...part('port', ports.some((port) => port !== '') ? ports.join(',') : undefined),
  }
}

/** What stands empty in a URI is not given. */
const part = (name: Keyword, value: string | undefined): Parameters =>
  value === undefined || value === '' ? {} : { [name]: name === 'host' || name === 'port' ? value : decode(value) }

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('not percent-encoded UTF-8')
  }
}

function refuse(message: string): never {
  throw new TypeError(message)
}
