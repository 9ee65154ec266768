package command

const help = `Usage: clyra-verify <bundle.zip | tiles directory> [options]

Checks an evidence bundle or a published log, offline. Trusts nobody but the keys that you pin.

  --key <vkey>               pin a ledger key (may be given more than once)
  --trust <file>             pinned keys, one vkey a line, optionally with the genesis leaf
                             default: CLYRA_TRUST, else ~/.config/clyra/trusted-keys
  --run <id>                 demand this run
  --origin <name>            demand this origin
  --genesis <hex>            demand this ledger, by its genesis leaf
  --checkpoint <file>        compare with a checkpoint you hold (may be given more than once)
  --keys <bundle>            ask this newer bundle of the ledger what became of its keys (may be given more than once)
  --min-size <n>             demand a log of at least n records
  --max-age <seconds>        demand evidence no older than this
  --now <instant>            judge age as of this instant (default: the clock)
  --artifacts <dir>          check external artefacts; files are named by their SHA-256
  --require-artifacts        INCOMPLETE where an external artefact is absent
  --require-complete-run     INCOMPLETE where the run is partial or unknown
  --require-warehouse        INCOMPLETE where the warehouse was not asked about the run, or only in part
  --json                     one JSON document on standard output
  --help, --version

Exit status: 0 VALID, 1 any other verdict, 2 wrong usage, 3 a file could not be read or the result not written.

Examples:
  clyra-verify run.def.zip --key ledger.example.org+1a2b3c4d+AQ...
  clyra-verify run.def.zip --trust keys.txt --require-complete-run --json
  clyra-verify ./tiles --key ledger.example.org+1a2b3c4d+AQ... --min-size 1000
`
