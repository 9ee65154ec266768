const NAMES: ReadonlySet<string> = new Set(['Thumbs.db', 'desktop.ini', 'ehthumbs.db'])

/**
 * What desktops and editors leave in whatever directory they look into (`tiles` in `spec/bundle/constants.json`): no reader takes
 * it for a part of a log, so it is no damage. `path` has `/` between its parts.
 */
export function isLitter(path: string): boolean {
  const parts = path.split('/')
  return parts.some((part) => part.startsWith('.')) || NAMES.has(parts[parts.length - 1]!)
}
