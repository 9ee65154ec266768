/** Watches dbt's JSON log for the first statement that dbt sends. */
export interface FirstStatement {
  take(line: string): void
  /** True where a statement was logged with a time before this one. */
  isBefore(time: Date): boolean
}

/** dbt 1.x logs a statement (`SQLQuery`) as it is sent, so its time is that of its start. */
export function watchFirstStatement(): FirstStatement {
  let first: number | undefined
  return {
    take(line) {
      if (first !== undefined || !line.includes('"SQLQuery"')) return
      const time = timeOf(line)
      if (Number.isFinite(time)) first = time
    },
    isBefore: (time) => first !== undefined && first <= time.getTime(),
  }
}

function timeOf(line: string): number {
  try {
    // Any JSON; only the two members that are looked at must be there.
    const parsed = JSON.parse(line) as { info?: { name?: unknown; ts?: unknown } } | null
    return parsed?.info?.name === 'SQLQuery' ? Date.parse(String(parsed.info.ts)) : Number.NaN
  } catch {
    return Number.NaN
  }
}
