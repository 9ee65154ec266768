import { SPEC } from './spec.generated.js'
import { TILE_WIDTH, tilePath } from './tiles.js'

/** Gives the path of every file in the directory of a log, in any order, with `/` between its parts. */
export type ListTiles = () => Iterable<string> | AsyncIterable<string>

type Level = number | 'entries'
/** C2SP tlog-tiles. */
const LAST_LEVEL = 63

/**
 * What lies in the directory of a log beside the tiles that its checkpoint calls for. Earlier partial tiles are a part of
 * the tree, and must hold what it holds; tiles further on may belong to a checkpoint that is not published yet.
 */
export class TileListing {
  /** By level and index: the widths there are. */
  readonly #widths = new Map<string, Set<number>>()
  /** Under `tile/`, and nothing that a log could have there. */
  readonly strays: string[] = []
  readonly #beside: string[] = []

  static async of(list: ListTiles | undefined): Promise<TileListing> {
    const listing = new TileListing()
    if (list !== undefined) for await (const path of list()) listing.#add(path)
    return listing
  }

  /** Takes the widths of tile (level, index) that are smaller than `width`; `width` itself counts as read. */
  takeOlder(level: Level, index: number, width: number): number[] {
    const widths = this.#widths.get(`${level}/${index}`)
    if (widths === undefined) return []
    const older = [...widths].filter((one) => one < width)
    for (const one of [...older, width]) widths.delete(one)
    return older
  }

  /** What nobody has taken: files that the checkpoint says nothing about. */
  rest(): string[] {
    const tiles = [...this.#widths].flatMap(([key, widths]) => {
      const [level = '', index = ''] = key.split('/')
      return [...widths].map((width) => tilePath(level === 'entries' ? level : Number(level), Number(index), width))
    })
    return [...this.#beside, ...tiles].sort()
  }

  #add(path: string): void {
    if (path === 'checkpoint') return
    const tile = parseTilePath(path)
    if (tile !== undefined) {
      const key = `${tile.level}/${tile.index}`
      this.#widths.set(key, (this.#widths.get(key) ?? new Set()).add(tile.width))
    } else if (path.startsWith('tile/') && !isLitter(path)) this.strays.push(path)
    else this.#beside.push(path)
  }
}

/** What desktops and editors leave wherever they look, and what no reader takes for a tile: it says nothing. */
function isLitter(path: string): boolean {
  const parts = path.split('/')
  const named: readonly string[] = SPEC.tiles.ignoredNames
  return parts.some((part) => part.startsWith(SPEC.tiles.ignoredPrefix)) || named.includes(parts.at(-1)!)
}

/** `tile/<level>/<n>[.p/<width>]` in the one form that a tile's path has: level 0 to 63, index at most 2^53-1. */
function parseTilePath(path: string): { level: Level; index: number; width: number } | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path)
  if (match === null) return undefined
  const level = match[1] === 'entries' ? 'entries' : Number(match[1])
  const index = Number(match[2]!.replace(/[x/]/g, ''))
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3])
  if (level !== 'entries' && level > LAST_LEVEL) return undefined
  if (!Number.isSafeInteger(index) || width === 0 || width > TILE_WIDTH) return undefined
  return tilePath(level, index, width) === path ? { level, index, width } : undefined
}
