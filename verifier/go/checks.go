package verify

import (
	"slices"

	"clyra.dev/verify/internal/runs"
	"clyra.dev/verify/spec"
)

// bundleChecks are the checks of every bundle, logChecks those of every log, in their order.
var (
	bundleChecks = []string{
		"container", "json", "note", "signature", "trust", "root", "multiproof", "chain", "heads", "keys", "dsse", "claims",
		"projections", "report",
	}
	logChecks = []string{"json", "note", "signature", "trust", "root", "chain", "heads", "keys"}
)

// demandChecks follow where something was demanded or is there to be said.
var demandChecks = []string{
	"origin", "genesis", "run", "external-artifacts", "checkpoints", "later-keys", "complete-run", "warehouse", "min-size", "max-age",
}

// check is what came of one check: it fails with its earliest finding, and is not run where it was not made or stands
// behind the finding that ended the run.
func (e *evidence) check(name string) Check {
	if found := e.of(name); found != nil {
		return Check{name, "fail", &found.Code, &found.detail}
	}
	came, isMade := e.made[name]
	if refused := e.refused(); !isMade || refused != nil && slices.Index(spec.Known.Stages, name) > refused.StageIndex {
		return Check{name, "not-run", nil, nil}
	}
	if came.detail == "" {
		return Check{name, came.result, nil, nil}
	}
	return Check{name, came.result, nil, &came.detail}
}

// base is what every result has: verdict, code and checks, and nothing of the contents. always are the checks that
// stand in it whatever is found, others those that follow from what the evidence holds. The demands of an INVALID
// result end with the one that is not met.
func (e *evidence) base(always, others []string) *Result {
	verdict, code := e.verdict()
	r := &Result{Verdict: verdict, Code: code, Issuance: "not-proved", Keys: []SigningKey{}, Warnings: []Warning{}}
	for _, name := range slices.Concat(always, others) {
		r.Checks = append(r.Checks, e.check(name))
	}
	refused := e.refused()
	if refused != nil && refused.Stage != "demands" {
		return r
	}
	for _, name := range demandChecks {
		check := e.check(name)
		if _, isMade := e.made[name]; isMade || check.Code != nil {
			r.Checks = append(r.Checks, check)
		}
		if refused != nil && refused.check == name {
			break
		}
	}
	return r
}

// describe adds what a result that is not INVALID says of the ledger.
func (e *evidence) describe(r *Result, profile string, records int, last CompleteAsOf) {
	size, root, keysAsOf, streams := decimal(e.checkpoint.Size), e.checkpoint.Root.String(), decimal(e.keysAsOf), "claimed"
	r.Profile = &profile
	r.Ledger = &Ledger{e.checkpoint.Origin, e.genesis.String()}
	r.Size, r.Root, r.KeysAsOf, r.Streams = &size, &root, &keysAsOf, &streams
	r.CompleteAsOf = &last
	r.Records = records
	r.Keys = append(r.Keys, e.signerKeys()...)
	r.Warnings = append(r.Warnings, e.warnings...)
}

func (b *bundle) result() *Result {
	r := b.base(bundleChecks, b.otherChecks())
	if r.Verdict == "INVALID" {
		return r
	}
	m := b.manifest
	b.describe(r, m.profile, len(b.records), m.completeAsOf)
	r.Redacted = b.redacted
	for _, id := range b.manifestKeys {
		r.Keys = append(r.Keys, SigningKey{"manifest", id.String(), nil, false})
	}
	r.Run = &Run{m.runID, b.run.Completeness, b.run.Reasons, b.run.Outcome, b.voices()}
	return r
}

// voices are those of a run of DEF; in PEF nobody but the one who records speaks.
func (b *bundle) voices() *runs.Voices {
	if b.manifest.profile != "def" {
		return nil
	}
	return &b.run.Voices
}

// otherChecks are those of openings, and of detached files that are not read, where the claims hold.
func (b *bundle) otherChecks() (names []string) {
	if refused := b.refused(); refused != nil && refused.Stage != "demands" {
		return nil
	}
	names = append(names, "openings")
	for _, file := range b.files {
		if slices.Contains(spec.Known.Files.NotYetChecked, file.Name) {
			names = append(names, file.Name)
		}
	}
	return names
}
