package runs

import (
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

// Links is what a run says of streams beside its own (bundle, section 5).
type Links struct {
	// Linked are the streams that the run links, each once.
	Linked []string
	// TooLate are the streams of links behind its end, one for each record.
	TooLate []string
	// Missing are streams that a record names and no link before it does, one for each such member.
	Missing []string
}

// LinksOf reads the links of a run; records that are void count too.
func LinksOf(records []*record.Record) (l Links) {
	closed, known := false, map[string]bool{}
	for _, r := range records {
		switch string(r.Type) {
		case record.RunClosed:
			closed = true
		case record.RunLinked:
			stream, _ := r.Data.Member("stream").Text()
			if closed {
				l.TooLate = append(l.TooLate, stream)
			} else if !known[stream] {
				known[stream] = true
				l.Linked = append(l.Linked, stream)
			}
		}
		for _, member := range spec.Known.Run.StreamMembers[string(r.Type)] {
			if stream, isText := r.Data.Member(member).Text(); isText && !known[stream] {
				l.Missing = append(l.Missing, stream)
			}
		}
	}
	return l
}
