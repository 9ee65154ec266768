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

// Links are the streams that the run links, each once, and those that it links after it was closed, one for each record.
func Links(records []*record.Record) (linked, tooLate []string) {
	closed, known := false, map[string]bool{}
	for _, r := range records {
		switch string(r.Type) {
		case record.RunClosed:
			closed = true
		case record.RunLinked:
			stream, _ := r.Data.Member("stream").Text()
			if closed {
				tooLate = append(tooLate, stream)
			} else if !known[stream] {
				known[stream] = true
				linked = append(linked, stream)
			}
		}
	}
	return linked, tooLate
}
