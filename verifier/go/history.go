package verify

import (
	"fmt"

	"clyra.dev/verify/internal/chain"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/record"
)

// KeyHistory is what a caller who has the ledger itself knows of its keys: record 0 and all of ledger-keys, in a log of
// Size records. No proof of them is asked for.
type KeyHistory struct {
	Size    uint64
	Records []KeyRecord
}

// KeyRecord is one record of a ledger, as it lies in the log, at its position.
type KeyRecord struct {
	Position uint64
	Bytes    []byte
}

// read reads a history as a source of later keys. One that is none is an [OptionError].
func (h KeyHistory) read() (*keySource, error) {
	if h.Size == 0 || h.Size > greatestSize {
		return nil, &OptionError{"OPTION_INVALID", "key records: no size of a log"}
	}
	records := make([]record.Record, len(h.Records))
	var parser record.Parser
	for i, each := range h.Records {
		r, code := parser.Parse(each.Bytes)
		if code != "" {
			return nil, notKeyRecords(code, each.Position)
		}
		isExpected := i == 0 || string(r.Stream) == record.KeysStream && each.Position > h.Records[i-1].Position
		if !isExpected || each.Position >= h.Size {
			return nil, notKeyRecords("another record than the next of ledger-keys", each.Position)
		}
		records[i] = r
	}
	if len(records) == 0 {
		return nil, notKeyRecords("GENESIS_INVALID", 0)
	}
	return h.fold(records)
}

// fold follows the stream and folds its keys; the first finding is the error.
func (h KeyHistory) fold(records []record.Record) (source *keySource, err error) {
	report := func(code string, position uint64) {
		if err == nil {
			err = notKeyRecords(code, position)
		}
	}
	first := &records[0]
	source = &keySource{genesis: first.Leaf, size: h.Size, stream: map[uint64]jcs.Hash{}}
	followed := chain.New(string(first.Ledger), len(records), report)
	for i := range records {
		followed.Add(h.Records[i].Position, &records[i], true)
	}
	if err != nil {
		return nil, err
	}
	genesis, _ := record.ParseGenesis(first.Data)
	source.fold = keys.New(genesis, report)
	for i := 1; i < len(records); i++ {
		source.fold.Add(h.Records[i].Position, &records[i])
		source.stream[h.Records[i].Position] = records[i].Leaf
	}
	return source, err
}

func notKeyRecords(what string, position uint64) error {
	return &OptionError{"OPTION_INVALID", fmt.Sprintf("not the key records of a ledger: %s, record at position %d", what, position)}
}
