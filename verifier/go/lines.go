package verify

import (
	"bytes"
	"runtime"
	"sync"

	"clyra.dev/verify/internal/record"
)

// refusal is the first line of a file that is refused, from 0.
type refusal struct {
	line int
	code string
}

// leastPart is how many bytes of lines are worth a thread of their own.
const leastPart = 1 << 18

// parseLines reads the records of a file that ends in a line feed, a part of it on each processor. Each part ends at
// its first line that is refused; the first of all parts is the refusal of the file.
func parseLines(file []byte) (records []record.Record, first *refusal) {
	parts := partLines(file, min(runtime.GOMAXPROCS(0), 1+len(file)/leastPart))
	starts := make([]int, len(parts)+1)
	for i, part := range parts {
		starts[i+1] = starts[i] + bytes.Count(part, []byte("\n"))
	}
	records = make([]record.Record, starts[len(parts)])
	refusals := make([]*refusal, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Add(1)
		go func() {
			defer running.Done()
			refusals[i] = parsePart(part, starts[i], records[starts[i]:starts[i+1]])
		}()
	}
	running.Wait()
	for _, each := range refusals {
		if each != nil {
			return nil, each
		}
	}
	return records, nil
}

// partLines cuts a file behind line feeds, into count parts of about one length.
func partLines(file []byte, count int) (parts [][]byte) {
	for ; count > 1; count-- {
		cut := len(file) / count
		end := bytes.IndexByte(file[cut:], '\n')
		if end < 0 {
			break
		}
		parts = append(parts, file[:cut+end+1])
		file = file[cut+end+1:]
	}
	return append(parts, file)
}

func parsePart(part []byte, line int, into []record.Record) *refusal {
	var parser record.Parser
	for i := range into {
		length := bytes.IndexByte(part, '\n')
		if length == 0 {
			return &refusal{line + i, "RECORDS_MALFORMED"}
		}
		r, code := parser.Parse(part[:length:length])
		if code != "" {
			return &refusal{line + i, code}
		}
		into[i] = r
		part = part[length+1:]
	}
	return nil
}
