export type ServiceName =
  | 'postgres'
  | 'dbt'
  | 'dbt-rust'
  | `dbt-${DbtMatrixVersion}`
  | 'chromium'
  | 'strace'
  | 'spin'
  | 'foreign-python'
  | 'foreign-npm'
  | 'openssl'
  | 'jq'
  | 'unzip'
  | 'signatures'
  | 'go'
  | 'cargo'
  | 'staticcheck'
export type DbtMatrixVersion = '1.8' | '1.9' | '1.10' | '1.11' | '1.12'
export type PostgresMajor = 13 | 15 | 18

export const servicesSource: string
export const cache: string
export const POSTGRES_MAJORS: readonly PostgresMajor[]
export const postgresHome: string
export function postgresNative(major: PostgresMajor): string
export const DBT_VERSION: string
export const dbtHome: string
export const dbtProgram: string
export const DBT_MATRIX: readonly DbtMatrixVersion[]
export function dbtMatrixHome(version: DbtMatrixVersion): string
export function dbtMatrixProgram(version: DbtMatrixVersion): string
export const RUST_DBT: string
export const RUST_DUCKDB: string
export const rustHome: string
export const rustProgram: string
export const foreignPythonHome: string
export const foreignPython: string
export const foreignPythonRequirementsPath: string
export function foreignPythonRequirements(): string
export const foreignNpmSource: string
export const foreignNpmHome: string
export function foreignNpmLock(): string
export function findChromium(): string | undefined
export function stampOf(home: string): string
export function isStamped(home: string, content: string): boolean
export function postgresLock(): string
export function dbtRequirements(): string
export function lookUp(name: ServiceName): { readonly present: boolean; readonly detail: string }
export const SERVICES: readonly ServiceName[]
