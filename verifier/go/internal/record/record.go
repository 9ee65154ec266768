// Package record reads records of the log: admission, attributes, data (log, sections 1, 2 and 4).
package record

import (
	"unicode/utf8"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/tree"
	"clyra.dev/verify/spec"
)

// Types of records that a verifier reads.
const (
	Genesis       = "dev.clyra.ledger.genesis.v1"
	KeyIntroduced = "dev.clyra.ledger.key.introduced.v1"
	// KeyIntroduced2 is KeyIntroduced with a purpose of any version.
	KeyIntroduced2 = "dev.clyra.ledger.key.introduced.v2"
	KeyRevoked     = "dev.clyra.ledger.key.revoked.v1"
	Heads          = "dev.clyra.ledger.heads.v1"
	Redacted       = "dev.clyra.ledger.redacted.v1"
	Adopted        = "dev.clyra.ledger.adopted.v1"
	Lost           = "dev.clyra.ledger.lost.v1"
	RunStarted     = "dev.clyra.run.started.v1"
	// RunStarted2 says more of the run: its payout and its parent.
	RunStarted2 = "dev.clyra.run.started.v2"
	RunLinked   = "dev.clyra.run.linked.v1"
	RunGap      = "dev.clyra.run.gap.v1"
	RunClosed   = "dev.clyra.run.closed.v1"
	RunExited   = "dev.clyra.run.exited.v1"
	RunReread   = "dev.clyra.run.reread.v1"
	// WindowClosed ends a window of a gateway's traffic, before RunClosed.
	WindowClosed = "dev.clyra.window.closed.v1"
	Captured     = "dev.clyra.artifact.captured.v1"
	Measured     = "dev.clyra.metrics.observed.v1"
)

// Streams of the ledger itself that a verifier reads.
const (
	GenesisStream    = "ledger-genesis"
	KeysStream       = "ledger-keys"
	HeadsStream      = "ledger-heads"
	RedactionsStream = "ledger-redactions"
)

// Record is a record whose attributes and data are of their grammar. Its parts lie in the bytes that it was read from.
type Record struct {
	Line       []byte
	Leaf       jcs.Hash
	Prev       jcs.Hash
	Revision   uint64
	ID         [16]byte
	Ledger     []byte
	Stream     []byte
	Type       []byte
	RecordedAt []byte
	Data       jcs.Value
}

// Parser reads records, one after the other.
type Parser struct{ members []jcs.Member }

// Parse reads one record; code is that of its first offence, or "".
func (p *Parser) Parse(line []byte) (r Record, code string) {
	if len(line) > spec.Known.Limits.RecordBytes {
		return r, "RECORD_TOO_LARGE"
	}
	if p.members, code = jcs.AdmitObject(line, p.members[:0]); code != "" {
		return r, code
	}
	r.Line = line
	if !r.readEnvelope(p.members) {
		return r, "RECORD_ENVELOPE_INVALID"
	}
	if !isData(string(r.Type), r.Data) {
		return r, "RECORD_DATA_INVALID"
	}
	r.Leaf = tree.Leaf(line)
	return r, ""
}

// required is the number of attributes that every record has, data among them.
const required = 12

func (r *Record) readEnvelope(members []jcs.Member) bool {
	found := 0
	for _, member := range members {
		name, value := member.Name, member.Value
		if string(name) == "data" {
			r.Data = value
			found++
			continue
		}
		if !isAttributeName(name) || !isAttributeText(value) {
			return false
		}
		// A text with escapes has characters that none of the grammars below allows.
		plain, _ := value.Plain()
		ok := true
		switch string(name) {
		case "specversion":
			ok = string(plain) == "1.0"
		case "id":
			r.ID, ok = parseID(plain)
		case "source":
		case "type":
			r.Type, ok = plain, isType(plain)
		case "time":
			ok = isTime(plain)
		case "ledger":
			r.Ledger, ok = plain, IsOrigin(plain)
		case "stream":
			r.Stream, ok = plain, IsStream(plain)
		case "revision":
			r.Revision, ok = jcs.ParseDecimal(plain)
		case "prev":
			r.Prev, ok = jcs.ParseHash(plain)
		case "submitter":
			ok = isSubmitter(plain)
		case "recordedat":
			r.RecordedAt, ok = plain, IsRecordedAt(plain)
		default:
			continue
		}
		if !ok {
			return false
		}
		found++
	}
	return found == required
}

func isAttributeName(name []byte) bool {
	if len(name) == 0 || len(name) > 20 {
		return false
	}
	for _, c := range name {
		if !isLowerOrDigit(c) {
			return false
		}
	}
	return true
}

// isAttributeText says whether value is a string of 1 to 1,024 UTF-16 code units without control characters and
// the noncharacters of the basic plane.
func isAttributeText(value jcs.Value) bool {
	if !value.IsText() {
		return false
	}
	if plain, ok := value.Plain(); ok && isPrintable(plain) {
		return len(plain) >= 1 && len(plain) <= 1024
	}
	text, _ := value.Text()
	units := 0
	for _, c := range text {
		switch {
		case c <= 0x1F, c >= 0x7F && c <= 0x9F, c >= 0xFDD0 && c <= 0xFDEF, c == 0xFFFE, c == 0xFFFF:
			return false
		case c >= 0x10000:
			units += 2
		default:
			units++
		}
	}
	return units >= 1 && units <= 1024
}

// isPrintable says whether all bytes are printable ASCII.
func isPrintable(text []byte) bool {
	for _, c := range text {
		if c < 0x20 || c >= 0x7F {
			return false
		}
	}
	return true
}

// IsGenesis says whether r, the first record of what is read, is a genesis record of that origin (log, section 3).
func (r *Record) IsGenesis(origin string) bool {
	named, _ := r.Data.Member("origin").Text()
	return string(r.Type) == Genesis && string(r.Stream) == GenesisStream && r.Revision == 0 &&
		r.Prev == jcs.Hash{} && string(r.Ledger) == origin && named == origin
}

// characters is the number of Unicode code points of a text.
func characters(text string) int { return utf8.RuneCountInString(text) }
