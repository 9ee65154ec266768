package runs

import (
	"slices"
	"strings"

	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

// startOf is the run's start, nil where there is none.
func startOf(records []*record.Record) *record.Record {
	for _, r := range records {
		if IsStart(r) {
			return r
		}
	}
	return nil
}

// IsStart says whether a record is a start of its run, of either version.
func IsStart(r *record.Record) bool {
	return string(r.Type) == record.RunStarted || string(r.Type) == record.RunStarted2
}

// ProfileOf is whose run it is: def or pef.
func ProfileOf(records []*record.Record) string {
	start := startOf(records)
	if start == nil {
		return "def"
	}
	tool, isText := start.Data.Member("tool").Text()
	def := spec.Known.Profiles["def"]
	switch {
	case !isText, slices.Contains(def.Tools, tool):
		return "def"
	case slices.Contains(def.Undecided, tool) && hasVoicedRecord(records):
		return "def"
	}
	return "pef"
}

func hasVoicedRecord(records []*record.Record) bool {
	for _, r := range records {
		if strings.HasPrefix(string(r.Type), spec.Known.Run.VoicedTypes) {
			return true
		}
	}
	return false
}
