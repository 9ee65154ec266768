export interface LockedPackage {
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license: unknown
  readonly integrity: string | undefined
  readonly optional: boolean
  readonly dependsOn: readonly string[]
  readonly development: readonly string[]
}
export type Lock = ReadonlyMap<string, LockedPackage>

export function readLock(path?: string): Lock
export function closure(lock: Lock, paths: readonly string[]): LockedPackage[]
export function shipped(lock: Lock): LockedPackage[]
export function forDevelopment(lock: Lock): LockedPackage[]
export function counts(lock: Lock): {
  readonly directOfClyra: number
  readonly ofClyra: number
  readonly builds: number
  readonly directOfVerify: number
  readonly ofVerify: number
  readonly directForDevelopment: number
  readonly forDevelopment: number
}
export function statedLicense(one: Pick<LockedPackage, 'path' | 'license'>, folder?: string): unknown
export function byText(a: string, b: string): -1 | 0 | 1
