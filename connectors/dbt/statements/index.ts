export { type SqlShape, sqlShape } from './sql-shape.js'
export {
  type Origin,
  type Outcome,
  originOf,
  type Statement,
  type StatementContext,
  statementDraft,
} from './statement.js'
export { StatementShapes } from './statement-shapes.js'
