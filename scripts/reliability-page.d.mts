export interface FaultReport {
  readonly suite: string
  readonly bounds: string
  readonly rows: readonly {
    readonly fault: string
    readonly where: string
    readonly cases: number
    readonly survived: number
    readonly rule: string
    readonly mutation: string
  }[]
}

export function faultSuites(): Map<string, string>
export function renderPage(reports: readonly FaultReport[]): string
