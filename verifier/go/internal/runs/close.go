package runs

import (
	"slices"

	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

// wentOn says whether a run went on behind its end (bundle, section 6, After the close): behind run.closed, or behind the
// window.closed before it, stands something that is no late word of the profile, or a window counts other records than
// there are before it.
func wentOn(records []*record.Record, profile string) bool {
	late := spec.Known.Profiles[profile].LateWords
	isWindowClosed, isClosed := false, false
	for _, r := range records[lastReread(records)+1:] {
		switch name := string(r.Type); {
		case name == record.WindowClosed && !isWindowClosed && !isClosed:
			isWindowClosed = true
			if counted, _ := r.Data.Member("records").Decimal(); counted != r.Revision {
				return true
			}
		case name == record.RunClosed && !isClosed:
			isClosed = true
		case (isWindowClosed || isClosed) && !slices.Contains(late, name):
			return true
		}
	}
	return false
}

// lastReread is the index of the last record that says that the run was read again, -1 where none does.
func lastReread(records []*record.Record) int {
	for i := len(records) - 1; i >= 0; i-- {
		if string(records[i].Type) == record.RunReread {
			return i
		}
	}
	return -1
}
