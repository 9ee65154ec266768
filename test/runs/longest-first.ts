import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take longest, longest first: begun first, so that no worker sits idle at the end. `npm test` prints
 * what each file took; the others go by size.
 */
export const LONGEST: readonly string[] = [
  'test/differential/differential.test.ts',
  'test/matrix/healthy.test.ts',
  'test/model/model.test.ts',
  'test/faults/syscalls.test.ts',
  'test/faults/ports.test.ts',
  'test/matrix/faults.test.ts',
  'test/evidence/real-run.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/cli/wrapper.test.ts',
  'test/faults/taken-away.test.ts',
  'test/ledger/damage.test.ts',
  'test/go/verifier.test.ts',
  'test/model/replay.test.ts',
  'test/faults/power-loss.test.ts',
  'test/faults/wrapper.test.ts',
  'test/attacks/input.test.ts',
  'test/faults/kill.test.ts',
  'test/repository/packages.test.ts',
  'test/postgres/wrapped-run.test.ts',
  'test/attacks/output.test.ts',
  'test/limits/large-run.test.ts',
  'test/repository/release.test.ts',
  'test/foreign/auditor.test.ts',
  'test/pipelines/action.test.ts',
  'test/verifier-page/page.test.ts',
  'test/attacks/erasure.test.ts',
  'test/attacks/terminal.test.ts',
  'test/cli/story.test.ts',
  'test/faults/derived.test.ts',
  'test/attacks/foreign-state.test.ts',
  'test/fuzz/cli-arguments.test.ts',
  'test/ledger/awkward-store.test.ts',
  'test/ledger/conformance.test.ts',
  'test/faults/commands.test.ts',
  'test/postgres/anchor.test.ts',
]

/** The order of test files: those of the list, then as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId))
      return at < 0 ? LONGEST.length : at
    }
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}
