import { ClyraError } from '../errors/index.js'
import type { ProjectionCheckpoint, ProjectionStep } from '../ports/index.js'

/** Two runners folded the same projection: the one that came second is refused. */
export function movedCheckpoint(name: string, step: ProjectionStep, actual: ProjectionCheckpoint): ClyraError {
  return new ClyraError(
    'HEAD_MOVED',
    `the projection ${name} stands at ${actual.through} records, not at ${step.expected.through}: another process folds it`,
    { details: { projection: name, expected: step.expected.through, actual: actual.through } },
  )
}
