/** Second writers, readers in other processes, read-only mounts, newer formats. */
import { test } from 'vitest'

test.todo('see the next commit')
