package command

import (
	"fmt"
	"strings"

	verify "clyra.dev/verify"
	"clyra.dev/verify/internal/runs"
	"clyra.dev/verify/spec"
)

// describe is the result for people: the verdict, what it is about, and each check with its reason.
func describe(r *verify.Result) string {
	var out strings.Builder
	fmt.Fprintln(&out, headline(r))
	fmt.Fprintln(&out, spec.Known.Meanings[r.Code])
	fmt.Fprintln(&out)
	printTable(&out, "  ", contents(r))
	fmt.Fprintln(&out)
	var checks [][]string
	for _, check := range r.Checks {
		checks = append(checks, []string{mark(check), check.Name, reason(check)})
	}
	printTable(&out, "  ", checks)
	for _, warning := range r.Warnings {
		fmt.Fprintf(&out, "warning: %s (%s)\n", spec.Known.WarningMeanings[warning.Code], warning.Detail)
	}
	if r.Verdict == "UNTRUSTED" {
		fmt.Fprint(&out, howToTrust(r))
	}
	return printable(out.String())
}

// printable replaces what would steer a terminal: names in a note, say, are whatever their writer wrote.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\n' && (c < 0x20 || c >= 0x7F && c <= 0x9F) {
			return '\uFFFD'
		}
		return c
	}, text)
}

// printTable prints rows whose columns, but for the last, are as wide as their widest text.
func printTable(out *strings.Builder, indent string, rows [][]string) {
	widths := map[int]int{}
	for _, row := range rows {
		for column, text := range row[:len(row)-1] {
			widths[column] = max(widths[column], len(text))
		}
	}
	for _, row := range rows {
		line := indent
		for column, text := range row {
			line += fmt.Sprintf("%-*s", widths[column], text)
			if column < len(row)-1 {
				line += map[bool]string{true: "  ", false: " "}[column > 0 || len(row) == 2]
			}
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func headline(r *verify.Result) string {
	line := r.Verdict
	if r.Code != "OK" {
		line += " (" + r.Code + ")"
	}
	if has(r, "RECORDED_DEMONSTRATION") {
		line += " - recorded demonstration"
	}
	if r.Run == nil {
		return line
	}
	line += map[string]string{
		"succeeded":   " - the record of a SUCCESSFUL run",
		"failed":      " - the record of a FAILED run",
		"interrupted": " - the record of an INTERRUPTED run",
		"unknown":     " - the record of a run whose outcome is unknown",
	}[r.Run.Outcome]
	if r.Run.Completeness != "complete" {
		line += " - incomplete record (" + r.Run.Completeness + ")"
	}
	return line
}

func has(r *verify.Result, warning string) bool {
	for _, each := range r.Warnings {
		if each.Code == warning {
			return true
		}
	}
	return false
}

func contents(r *verify.Result) (rows [][]string) {
	if r.Ledger == nil {
		return [][]string{{"contents", "nothing in this evidence is shown: it is not sound"}}
	}
	row := func(name, text string) { rows = append(rows, []string{name, text}) }
	row("profile", *r.Profile)
	row("ledger", r.Ledger.Origin)
	row("genesis", r.Ledger.Genesis)
	row("log", *r.Size+" records, root "+*r.Root)
	if r.Run != nil {
		row("run", r.Run.ID)
		row("outcome", r.Run.Outcome)
		if r.Run.Voices != nil {
			row("warehouse", judged(r.Run.Voices.Warehouse))
		}
		row("completeness", judged(runs.Judged{Completeness: r.Run.Completeness, Reasons: r.Run.Reasons}))
	}
	row("complete as of", r.CompleteAsOf.RecordedAt+", position "+r.CompleteAsOf.Position)
	row("verified", fmt.Sprintf("%d records", r.Records))
	row("stream heads", *r.Streams+"; issuance "+r.Issuance)
	row("keys as of", "size "+*r.KeysAsOf)
	for _, key := range r.Keys {
		text := key.ID
		if key.Trusted {
			text += " (pinned by you)"
		}
		row(key.Role+" key", text)
	}
	return rows
}

func judged(j runs.Judged) string {
	if len(j.Reasons) == 0 {
		return j.Completeness
	}
	return j.Completeness + " (" + strings.Join(j.Reasons, ", ") + ")"
}

func mark(check verify.Check) string {
	return map[string]string{"pass": "ok  ", "fail": "FAIL", "not-run": "--  "}[check.Result]
}

// passes says what is known where a check passes.
var passes = map[string]string{
	"container":  "one archive, and nothing hidden in it",
	"json":       "all files are there as listed, all records well formed",
	"note":       "the checkpoint names origin, size and root of the log",
	"signature":  "the ledger's own key has signed the checkpoint",
	"trust":      "a key that you have pinned has signed",
	"root":       "evidence and checkpoint speak of the same log",
	"multiproof": "every record stands in that log, at its place, unchanged",
	"chain":      "each record links to the one before it in its stream",
	"heads":      "no record of the streams is left out",
	"keys":       "keys were introduced and revoked by the rules",
	"dsse":       "a valid evidence key of the ledger has signed the manifest",
	"claims":     "what the manifest says follows from the records",
}

func reason(check verify.Check) string {
	detail := ""
	if check.Detail != nil {
		detail = *check.Detail
	}
	switch {
	case check.Code != nil && detail == "":
		return *check.Code
	case check.Code != nil:
		return *check.Code + ": " + detail
	case detail != "":
		return detail
	case check.Result == "not-run":
		return "not run"
	}
	return passes[check.Name]
}

func howToTrust(r *verify.Result) string {
	var fingerprints []string
	for _, key := range r.Keys {
		if key.Role == "checkpoint" {
			fingerprints = append(fingerprints, key.ID)
		}
	}
	return fmt.Sprintf(`
The evidence is sound, but no key that you have pinned vouches for it: anyone can make a sound ledger.
It is signed by a key of %s with the fingerprint %s.
Get the key from the ledger's owner by another way than this evidence came, and pin it.
`, r.Ledger.Origin, strings.Join(fingerprints, ", "))
}
