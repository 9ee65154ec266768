// Package chain follows the streams of a ledger record by record (stage chain).
package chain

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"clyra.dev/verify/internal/heads"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

// Chain judges the records of a log, or of a bundle, in the order of their positions.
type Chain struct {
	origin     string
	genesis    jcs.Hash
	report     func(code string, position uint64)
	ids        map[[16]byte]struct{}
	last       map[string]*heads.Head
	recordedAt []byte
	count      int
}

// New begins with nothing read. records is how many are expected, report is told of each finding.
func New(origin string, records int, report func(code string, position uint64)) *Chain {
	return &Chain{
		origin: origin,
		report: report,
		ids:    make(map[[16]byte]struct{}, records),
		last:   map[string]*heads.Head{},
	}
}

// Start is the link of the first record of a stream.
func Start(genesis jcs.Hash, stream string) jcs.Hash {
	h := sha256.New()
	h.Write([]byte(spec.Known.Preimages.Stream))
	h.Write(genesis[:])
	h.Write([]byte(stream))
	return jcs.Hash(h.Sum(nil))
}

// Add judges the next record. linked is false for the one record whose revision and link are shown by its path.
func (c *Chain) Add(position uint64, r *record.Record, linked bool) {
	if c.count == 0 {
		c.genesis = r.Leaf
		if position != 0 || !r.IsGenesis(c.origin) {
			c.report("GENESIS_INVALID", position)
		}
	} else if string(r.Stream) == record.GenesisStream {
		c.report("GENESIS_INVALID", position)
	}
	if string(r.Ledger) != c.origin {
		c.report("RECORD_ORIGIN_MISMATCH", position)
	}
	if !inItsStream(r) {
		c.report("RESERVED_TYPE", position)
	}
	if _, twice := c.ids[r.ID]; twice {
		c.report("EVENT_ID_TWICE", position)
	}
	c.ids[r.ID] = struct{}{}
	if linked {
		c.follow(position, r)
	}
	if bytes.Compare(r.RecordedAt, c.recordedAt) < 0 {
		c.report("RECORDEDAT_BACKWARDS", position)
	} else {
		c.recordedAt = append(c.recordedAt[:0], r.RecordedAt...)
	}
	c.count++
}

// follow judges revision and link, and remembers the record as the head of its stream.
func (c *Chain) follow(position uint64, r *record.Record) {
	head, known := c.last[string(r.Stream)]
	switch {
	case !known:
		head = &heads.Head{}
		c.last[string(r.Stream)] = head
		if r.Revision != 0 {
			c.report("REVISION_GAP", position)
		}
		if c.count > 0 && r.Prev != Start(c.genesis, string(r.Stream)) {
			c.report("PREV_MISMATCH", position)
		}
	default:
		if r.Revision != head.Revision+1 {
			c.report("REVISION_GAP", position)
		}
		if r.Prev != head.Leaf {
			c.report("PREV_MISMATCH", position)
		}
	}
	*head = heads.Head{Revision: r.Revision, Leaf: r.Leaf}
}

// Last is the head of a stream among the records added, nil where it has none.
func (c *Chain) Last(stream string) *heads.Head { return c.last[stream] }

// inItsStream says whether a type of the ledger stands in its one stream, and nothing else stands there.
func inItsStream(r *record.Record) bool {
	known := &spec.Known
	reserved := bytes.HasPrefix(r.Type, []byte(known.ReservedTypePrefix))
	if !reserved {
		return !strings.HasPrefix(string(r.Stream), known.ReservedStreamPrefix)
	}
	return known.ReservedTypes[string(r.Type)] == string(r.Stream)
}
