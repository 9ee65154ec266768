/** The `clyra.yaml` that `clyra init` writes: the settings that are looked for first, commented. */
export function configTemplate(origin: string): string {
  return `# Clyra's settings for this project. A flag wins over an environment variable, that over this file.
# \`clyra config\` shows every value and where it came from. Secrets never stand here.

# The ledger's public name: the first line of every checkpoint it signs. It cannot be changed later.
origin: ${origin}

# Where the log lies. This release has the embedded store: a directory that one process writes and any number read.
store: file:.clyra

# Where captured artefacts (manifest.json, run_results.json) are kept, readable by you alone.
# artifacts: file:.clyra/artifacts

# vault:
#   keepValues: true        # false: sealed values (SQL text, messages) are committed to but kept nowhere

# connectors:
#   postgres:
#     url: env:WAREHOUSE_URL  # which variable holds the connection string; without it dbt's profiles.yml is read
#     beforeMs: 5000          # how long the warehouse is waited for before a run (dbt starts meanwhile),
#     afterMs: 5000           # after it,
#     commitsMs: 400          # and while the newest commits of the relations are looked for
#   dbt:
#     command: dbt            # what \`clyra run dbt\` starts, e.g. uv run dbt; by default dbt on the PATH, else in .venv/

# Recorded with every run.
# governance:
#   job_id: nightly-orders
#   service_id: warehouse
#   pipeline_id: orders
# payout:
#   actor_id: team-orders
#   change_intent: refresh

# policy: policy.yaml
`
}
