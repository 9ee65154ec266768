#!/usr/bin/env node
import { runAs } from '@clyra/verify/cli'

await runAs('def-verifier')
