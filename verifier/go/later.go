package verify

import (
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/note"
	"clyra.dev/verify/internal/record"
)

// laterKeys is what newer bundles of the ledger told (bundle, section 8, Later keys).
type laterKeys struct {
	// findings are what the sources led to; they are of the stage demands.
	findings []struct{ check, code string }
	// reaches is the greatest size up to which a source told of the keys.
	reaches uint64
	// compared are held checkpoints that were compared with a source.
	compared map[note.Checkpoint]bool
}

func (l *laterKeys) found(check, code string) {
	l.findings = append(l.findings, struct{ check, code string }{check, code})
}

// learnLaterKeys asks each source by itself, and lets the fold learn from those that can be used.
func (b *bundle) learnLaterKeys() {
	b.later.compared = map[note.Checkpoint]bool{}
	if len(b.call.Later) > 0 {
		b.pass("later-keys", "")
	}
	for _, data := range b.call.Later {
		b.learnFrom(data)
	}
}

func (b *bundle) learnFrom(data []byte) {
	source := newBundle(&call{Options: Options{Trust: b.call.Trust}, pins: b.call.pins})
	if err := source.verify(data); err != nil || !source.settles(b) {
		b.later.found("later-keys", "KEYS_MAY_HAVE_CHANGED")
		return
	}
	for _, held := range b.call.held {
		if held.Origin == source.checkpoint.Origin && held.Size == source.checkpoint.Size {
			b.later.compared[held] = true
			if held.Root != source.checkpoint.Root {
				b.later.found("checkpoints", "ROOT_DIVERGED")
			}
		}
	}
	if !source.goesOnFrom(b) {
		b.later.found("later-keys", "ROOT_DIVERGED")
		return
	}
	b.fold.Learn(source.fold)
	b.later.reaches = max(b.later.reaches, source.checkpoint.Size)
	b.keysAsOf = max(b.keysAsOf, source.checkpoint.Size)
}

// settles says whether the source is sound, trusted, of the same ledger, and not older than the evidence.
func (source *bundle) settles(b *bundle) bool {
	return source.refused() == nil && len(source.vouching) > 0 &&
		source.genesis == b.genesis && source.checkpoint.Size >= b.checkpoint.Size
}

// goesOnFrom says whether the source has the history that the evidence has, as far as both show it.
func (source *bundle) goesOnFrom(b *bundle) bool {
	size := b.checkpoint.Size
	if source.checkpoint.Size == size && source.checkpoint.Root != b.checkpoint.Root {
		return false
	}
	own, others := b.keyRecords(size), source.keyRecords(size)
	if len(own) != len(others) {
		return false
	}
	for position, leaf := range own {
		if others[position] != leaf {
			return false
		}
	}
	return true
}

// keyRecords are the leaves of the records of ledger-keys below a size, by position.
func (b *bundle) keyRecords(size uint64) map[uint64]jcs.Hash {
	leaves := map[uint64]jcs.Hash{}
	for i := range b.records {
		if r := &b.records[i]; b.positions[i] < size && string(r.Stream) == record.KeysStream {
			leaves[b.positions[i]] = r.Leaf
		}
	}
	return leaves
}
