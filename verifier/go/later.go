package verify

import (
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/note"
	"clyra.dev/verify/internal/record"
)

// laterKeys is what sources told of the ledger's keys from beyond the evidence (bundle, section 8, Later keys).
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

// keySource tells of the keys of one ledger up to a size.
type keySource struct {
	genesis jcs.Hash
	size    uint64
	// stream has the leaves of ledger-keys by their positions.
	stream map[uint64]jcs.Hash
	fold   *keys.Fold
	// checkpoint is that of a bundle, nil where the caller has the records themselves.
	checkpoint *note.Checkpoint
}

// learnLaterKeys asks each source by itself, and lets the fold learn from those that can be used.
func (b *bundle) learnLaterKeys() {
	b.later.compared = map[note.Checkpoint]bool{}
	if len(b.call.Later)+len(b.call.histories) > 0 {
		b.skip("later-keys", "the key records given are of another ledger")
	}
	for _, data := range b.call.Later {
		b.learnFrom(b.sourceOf(data))
	}
	for _, history := range b.call.histories {
		if history.genesis == b.genesis {
			b.learnFrom(history)
		}
	}
}

// sourceOf is a bundle as a source, nil where it settles nothing: it is not sound, nobody vouches for it, or it is of
// another ledger.
func (b *bundle) sourceOf(data []byte) *keySource {
	other := newBundle(&call{Options: Options{Trust: b.call.Trust}, pins: b.call.pins})
	if err := other.verify(data); err != nil || other.refused() != nil || len(other.vouching) == 0 || other.genesis != b.genesis {
		return nil
	}
	return &keySource{other.genesis, other.checkpoint.Size, other.keyStream(), other.fold, &other.checkpoint}
}

func (b *bundle) learnFrom(source *keySource) {
	b.pass("later-keys", "")
	if source == nil || source.size < b.checkpoint.Size {
		b.later.found("later-keys", "KEYS_MAY_HAVE_CHANGED")
		return
	}
	b.compareHeld(source.checkpoint)
	if !b.isContinuedBy(source) {
		b.later.found("later-keys", "ROOT_DIVERGED")
		return
	}
	b.fold.Learn(source.fold)
	b.later.reaches = max(b.later.reaches, source.size)
	b.keysAsOf = max(b.keysAsOf, source.size)
}

// compareHeld compares the checkpoints that the caller holds with that of a source.
func (b *bundle) compareHeld(source *note.Checkpoint) {
	for _, held := range b.call.held {
		if source == nil || held.Origin != source.Origin || held.Size != source.Size {
			continue
		}
		b.later.compared[held] = true
		if held.Root != source.Root {
			b.later.found("checkpoints", "ROOT_DIVERGED")
		}
	}
}

// isContinuedBy says whether the source has the history that the evidence has, as far as both show it.
func (b *bundle) isContinuedBy(source *keySource) bool {
	size := b.checkpoint.Size
	if source.checkpoint != nil && source.size == size && source.checkpoint.Root != b.checkpoint.Root {
		return false
	}
	own, shared := b.keyStream(), 0
	for position, leaf := range source.stream {
		if position < size {
			shared++
			if known, isKnown := own[position]; !isKnown || known != leaf {
				return false
			}
		}
	}
	return shared == len(own)
}

// keyStream has the leaves of ledger-keys by their positions.
func (b *bundle) keyStream() map[uint64]jcs.Hash {
	leaves := map[uint64]jcs.Hash{}
	for i := range b.records {
		if r := &b.records[i]; string(r.Stream) == record.KeysStream {
			leaves[b.positions[i]] = r.Leaf
		}
	}
	return leaves
}
