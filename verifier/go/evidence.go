package verify

import (
	"fmt"
	"strconv"
	"time"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/note"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/internal/signature"
	"clyra.dev/verify/spec"
)

// evidence is what the verification of a bundle and that of a log have in common.
type evidence struct {
	call *call
	findings
	note       note.Note
	checkpoint note.Checkpoint
	// genesis is the leaf of record 0.
	genesis jcs.Hash
	// ledgerKeys are those of the genesis record under the origin's name, signers the ones whose line verified.
	ledgerKeys []note.Key
	signers    []note.Key
	// vouching are the pins of signers, for this ledger.
	vouching []pin
	fold     *keys.Fold
	// keysAsOf is the size of log up to which the ledger's word on its keys was asked.
	keysAsOf uint64
	warnings []Warning
	// made are the checks that were made, with what is to be said of them.
	made map[string]made
}

// made is what came of a check that has no finding.
type made struct{ result, detail string }

func newEvidence(c *call) evidence { return evidence{call: c, made: map[string]made{}} }

// pass notes that a check was made: it passes where it has no finding.
func (e *evidence) pass(check, detail string) { e.made[check] = made{"pass", detail} }

// skip notes that a check could not be made.
func (e *evidence) skip(check, detail string) { e.made[check] = made{"not-run", detail} }

// at is a function that reports findings of a stage by the position of a record.
func (e *evidence) at(check string) func(code string, position uint64) {
	return func(code string, position uint64) { e.add(check, code, fmt.Sprintf("record at position %d", position)) }
}

func (e *evidence) warn(code, detail string) {
	e.warnings = append(e.warnings, Warning{code, detail})
}

// stage is one stage of a run.
type stage struct {
	name string
	run  func()
}

// runStages runs the stages in their order; the first with an INVALID finding ends the run.
func (e *evidence) runStages(stages []stage) {
	for _, each := range stages {
		e.pass(each.name, "")
		each.run()
		if e.refused() != nil {
			return
		}
	}
}

// readNote reads the checkpoint file, nil where it is not there.
func (e *evidence) readNote(file []byte) {
	var code string
	if e.note, e.checkpoint, code = note.ParseCheckpoint(file); code != "" {
		e.add("note", code, "checkpoint")
	}
}

// judgeSignature judges the note by the genesis record's keys and the pins (log, sections 3 and 5). first is the first
// record of what is read.
func (e *evidence) judgeSignature(first *record.Record) {
	e.genesis = first.Leaf
	origin := e.checkpoint.Origin
	if first.IsGenesis(origin) {
		data, _ := record.ParseGenesis(first.Data)
		for _, key := range data.Keys {
			if key.Purpose == "ledger" {
				e.ledgerKeys = append(e.ledgerKeys, note.Key{Name: origin, Public: jcs.Hash(key.Public)})
			}
		}
	}
	known := e.ledgerKeys[:len(e.ledgerKeys):len(e.ledgerKeys)]
	for _, pinned := range e.call.pins {
		known = append(known, pinned.key)
	}
	signed, ok := e.note.Verify(unique(known))
	if !ok {
		e.add("signature", "SIGNATURE_INVALID", "a line of a known key")
	}
	for _, key := range e.ledgerKeys {
		if contains(signed, key) {
			e.signers = append(e.signers, key)
		}
	}
	if len(e.signers) == 0 {
		e.add("signature", "SIGNATURE_MISSING", "no ledger key of the genesis record signed")
	}
	if e.refused() == nil {
		e.pass("trust", "")
		e.judgeTrust()
	}
}

func unique(all []note.Key) (once []note.Key) {
	for _, key := range all {
		if !contains(once, key) {
			once = append(once, key)
		}
	}
	return once
}

func contains(all []note.Key, key note.Key) bool {
	for _, each := range all {
		if each == key {
			return true
		}
	}
	return false
}

// judgeTrust asks which pins vouch: those of a signer, under the origin's name, for this ledger.
func (e *evidence) judgeTrust() {
	ofOrigin, ofSigner := 0, 0
	for _, pinned := range e.call.pins {
		if pinned.key.Name != e.checkpoint.Origin {
			continue
		}
		ofOrigin++
		if !contains(e.signers, pinned.key) {
			continue
		}
		ofSigner++
		if pinned.genesis == nil || *pinned.genesis == e.genesis {
			e.vouching = append(e.vouching, pinned)
		}
	}
	switch {
	case ofOrigin == 0:
		e.add("trust", "NO_TRUSTED_KEY", "signed by the key with fingerprint "+keyID(e.signers[0]).String())
	case ofSigner == 0:
		e.add("trust", "ORIGIN_KEY_MISMATCH", "signed by the key with fingerprint "+keyID(e.signers[0]).String())
	case len(e.vouching) == 0:
		e.add("trust", "PINNED_GENESIS_MISMATCH", "the key is pinned for another ledger")
	}
}

// keyID is the id of a ledger's key, which is of Ed25519.
func keyID(key note.Key) jcs.Hash { return signature.Find("ed25519").ID(key.Public[:]) }

// judgeSigners asks the fold of all keys whether a signer was valid, and a pinned one counts.
func (e *evidence) judgeSigners() {
	position := e.checkpoint.Size - 1
	valid := false
	for _, signer := range e.signers {
		valid = valid || e.fold.Key(keyID(signer)).ValidAt(position)
	}
	if !valid {
		e.add("keys", "CHECKPOINT_KEY_REVOKED", "no key that signed was valid")
		return
	}
	var counting []pin
	for _, pinned := range e.vouching {
		if key := e.fold.Key(keyID(pinned.key)); key.ValidAt(position) && !key.Compromised {
			counting = append(counting, pinned)
		}
	}
	if len(counting) == 0 && len(e.vouching) > 0 {
		e.add("trust", "PINNED_KEY_REVOKED", "the ledger has revoked the pinned key")
	}
	e.vouching = counting
}

// signerKeys are the keys that signed the checkpoint, as the result names them.
func (e *evidence) signerKeys() (signing []SigningKey) {
	for _, signer := range e.signers {
		trusted := false
		for _, pinned := range e.vouching {
			trusted = trusted || pinned.key == signer
		}
		vkey := signer.String()
		signing = append(signing, SigningKey{"checkpoint", keyID(signer).String(), &vkey, trusted})
	}
	return signing
}

// judgeIdentity judges the demands for an origin and a genesis leaf.
func (e *evidence) judgeIdentity() {
	if e.call.Origin != nil {
		e.pass("origin", "")
		if *e.call.Origin != e.checkpoint.Origin {
			e.add("origin", "OTHER_ORIGIN", e.checkpoint.Origin)
		}
	}
	if e.call.genesis != nil {
		e.pass("genesis", "")
		if *e.call.genesis != e.genesis {
			e.add("genesis", "OTHER_GENESIS", e.genesis.String())
		}
	}
}

// judgeRecency judges the demands for a least size and a greatest age of the last record.
func (e *evidence) judgeRecency(recordedAt string) {
	if e.call.MinSize != nil {
		e.pass("min-size", "")
		if e.checkpoint.Size < *e.call.MinSize {
			e.add("min-size", "SIZE_TOO_SMALL", decimal(e.checkpoint.Size))
		}
	}
	if e.call.MaxAge == nil {
		return
	}
	e.pass("max-age", "")
	recorded, err := time.Parse("2006-01-02T15:04:05.000Z", recordedAt)
	if err != nil {
		panic("an instant that was admitted: " + recordedAt)
	}
	now := e.call.now()
	if after(now, recorded, int64(*e.call.MaxAge)) {
		e.add("max-age", "TOO_OLD", recordedAt)
	}
	if after(recorded, now, spec.Known.Limits.FutureToleranceSeconds) {
		e.add("max-age", "RECORDED_IN_FUTURE", recordedAt)
	}
}

// after says whether a is more than so many seconds after b.
func after(a, b time.Time, seconds int64) bool {
	difference := a.Unix() - b.Unix()
	return difference > seconds || difference == seconds && a.Nanosecond() > b.Nanosecond()
}

func decimal(number uint64) string { return strconv.FormatUint(number, 10) }
