// Package keys folds the keys of a ledger from its genesis record and its stream ledger-keys (log, section 8).
package keys

import (
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
)

// Key is a key that was introduced, and what is known of it.
type Key struct {
	record.Key
	from uint64
	// end is the first position at which the key is not valid, nil where there is none.
	end         *uint64
	Compromised bool
}

// ValidAt says whether the key is valid at a position.
func (k *Key) ValidAt(position uint64) bool {
	return k.from <= position && (k.end == nil || position < *k.end)
}

// Fold is the state of all keys.
type Fold struct {
	keys   map[jcs.Hash]*Key
	report func(code string, position uint64)
}

// New is the fold of the genesis record alone. report is told of each finding.
func New(genesis record.GenesisData, report func(code string, position uint64)) *Fold {
	f := &Fold{keys: map[jcs.Hash]*Key{}, report: report}
	for _, key := range genesis.Keys {
		f.introduce(0, key, "ledger")
	}
	for _, root := range genesis.Roots {
		f.judgeForm(0, root)
	}
	return f
}

// Add folds the next record of ledger-keys.
func (f *Fold) Add(position uint64, r *record.Record) {
	switch string(r.Type) {
	case record.KeyIntroduced, record.KeyIntroduced2:
		introduced, _ := record.ParseIntroduced(r.Data)
		if introduced.Replaces != nil && f.keys[*introduced.Replaces] == nil {
			f.report("KEY_UNKNOWN", position)
		}
		f.introduce(position, introduced.Key, "")
	case record.KeyRevoked:
		revoked, _ := record.ParseRevoked(r.Data)
		f.revoke(position, revoked)
	}
}

func (f *Fold) judgeForm(position uint64, key record.Key) {
	if key.ID != key.Algorithm.ID(key.Public) || !key.Algorithm.IsKey(key.Public) {
		f.report("KEY_MALFORMED", position)
	}
}

// introduce adds a key. In the genesis record the one purpose is that of the ledger, elsewhere it is any other.
func (f *Fold) introduce(position uint64, key record.Key, genesisPurpose string) {
	f.judgeForm(position, key)
	if f.keys[key.ID] != nil {
		f.report("KEY_REUSED", position)
		return
	}
	if (key.Purpose == "ledger") != (genesisPurpose == "ledger") {
		f.report("KEY_PURPOSE", position)
	}
	f.keys[key.ID] = &Key{Key: key, from: position}
}

func (f *Fold) revoke(position uint64, revoked record.Revoked) {
	key := f.keys[revoked.ID]
	if key == nil {
		f.report("KEY_UNKNOWN", position)
		return
	}
	end := position
	if revoked.Since != nil {
		if *revoked.Since > position || !revoked.Compromised {
			f.report("KEY_REVOCATION_INVALID", position)
		}
		end = *revoked.Since
	}
	key.Compromised = key.Compromised || revoked.Compromised
	key.endAt(end)
}

func (k *Key) endAt(end uint64) {
	if k.end == nil || end < *k.end {
		k.end = &end
	}
}

// Key is the key of that id, nil where none was introduced.
func (f *Fold) Key(id jcs.Hash) *Key { return f.keys[id] }

// Learn takes over what a later fold of the same ledger says of these keys: their end is the earlier of both, and
// compromised is what either calls so.
func (f *Fold) Learn(later *Fold) {
	for id, key := range f.keys {
		if known := later.keys[id]; known != nil {
			key.Compromised = key.Compromised || known.Compromised
			if known.end != nil {
				key.endAt(*known.end)
			}
		}
	}
}
