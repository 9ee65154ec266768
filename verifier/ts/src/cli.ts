#!/usr/bin/env node
import { runAs } from './cli-as.js'

await runAs('clyra-verify')
