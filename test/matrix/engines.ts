import {
  DBT_MATRIX,
  type DbtMatrixVersion,
  dbtMatrixProgram,
  dbtProgram,
  rustHome,
  rustProgram,
} from '../services/layout.mjs'

export type Database = 'postgres' | 'duckdb'

/** One column of the matrix: an engine and a database, with what of the project this engine can do. */
export interface Engine {
  /** `1.11-postgres`: the name of its folder and its recording. */
  readonly name: string
  readonly version: DbtMatrixVersion | 'rust'
  readonly database: Database
  readonly program: string
  /** The service of `test/services` that it needs. */
  readonly service: 'dbt' | 'dbt-rust' | `dbt-${DbtMatrixVersion}`
  /** What the project reads (`env_var`), and where this engine finds its own things. */
  readonly environment: Readonly<Record<string, string>>
  /** Folders of the project that this engine cannot read. */
  readonly without: readonly string[]
}

const minorOf = (version: DbtMatrixVersion) => Number(version.split('.')[1])

function strategies(version: DbtMatrixVersion | 'rust', database: Database): string[] {
  const minor = version === 'rust' ? 12 : minorOf(version)
  const merge = database === 'postgres' || minor >= 10
  const microbatch = database === 'postgres' ? minor >= 9 : minor >= 10
  return ['append', 'delete+insert', ...(merge ? ['merge'] : []), ...(microbatch ? ['microbatch'] : [])]
}

function engine(version: DbtMatrixVersion | 'rust', database: Database): Engine {
  const rust = version === 'rust'
  // What the other tests run is not installed twice.
  const ofTests = version === '1.11' && database === 'postgres'
  const functions = database === 'postgres' && (rust || minorOf(version) >= 11)
  return {
    name: `${version}-${database}`,
    version,
    database,
    program: ofTests ? dbtProgram : rust ? rustProgram : dbtMatrixProgram(version),
    service: ofTests ? 'dbt' : `dbt-${version}`,
    // The Rust engine ends at a unit test on Postgres: "not yet implemented".
    without: [...(functions ? [] : ['functions']), ...(rust && database === 'postgres' ? ['unit-tests'] : [])],
    environment: {
      MATRIX_STRATEGIES: strategies(version, database).join(','),
      MATRIX_FUNCTIONS: functions ? 'yes' : 'no',
      MATRIX_DIALECT: !rust && minorOf(version) < 11 ? 'dialect-old' : 'dialect-new',
      MATRIX_PYTHON: rust ? 'no' : 'yes',
      ...(rust ? { HOME: `${rustHome}/home`, DBT_ALLOW_EXPERIMENTAL_ADAPTERS: 'true' } : {}),
    },
  }
}

export const ENGINES: readonly Engine[] = ([...DBT_MATRIX, 'rust'] as const).flatMap((version) => [
  engine(version, 'postgres'),
  engine(version, 'duckdb'),
])

/** Throws where there is no such column. */
export function engineOf(name: string): Engine {
  const found = ENGINES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no column ${name}; there are ${ENGINES.map((one) => one.name).join(', ')}`)
  return found
}
