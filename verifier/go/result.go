package verify

import (
	"clyra.dev/verify/internal/runs"
)

// Result is the result of a verification (bundle, section 8). Its JSON is that of spec's result.schema.json. Where the
// verdict is INVALID all that speaks of the contents is nil, false, 0 or empty.
type Result struct {
	Verdict      string        `json:"verdict"`
	Code         string        `json:"code"`
	Profile      *string       `json:"profile"`
	Ledger       *Ledger       `json:"ledger"`
	Size         *string       `json:"size"`
	Root         *string       `json:"root"`
	Run          *Run          `json:"run"`
	CompleteAsOf *CompleteAsOf `json:"completeAsOf"`
	Streams      *string       `json:"streams"`
	Issuance     string        `json:"issuance"`
	Witnessed    bool          `json:"witnessed"`
	Timestamped  bool          `json:"timestamped"`
	Redacted     bool          `json:"redacted"`
	Records      int           `json:"records"`
	Checks       []Check       `json:"checks"`
	Keys         []SigningKey  `json:"keys"`
	KeysAsOf     *string       `json:"keysAsOf"`
	Warnings     []Warning     `json:"warnings"`
}

// Ledger names the ledger: its origin, which is a name, and the leaf of its record 0, which is its identity.
type Ledger struct {
	Origin  string `json:"origin"`
	Genesis string `json:"genesis"`
}

// Run is the run that a bundle is about, and what follows from its records.
type Run struct {
	ID           string   `json:"id"`
	Completeness string   `json:"completeness"`
	Reasons      []string `json:"reasons"`
	Outcome      string   `json:"outcome"`
	// Voices are nil for PEF.
	Voices *runs.Voices `json:"voices"`
}

// CompleteAsOf is position and time of the last record.
type CompleteAsOf struct {
	Position   string `json:"position"`
	RecordedAt string `json:"recordedat"`
}

// Check is one check: Result is pass, fail or not-run, Code is nil unless it is fail.
type Check struct {
	Name   string  `json:"name"`
	Result string  `json:"result"`
	Code   *string `json:"code"`
	Detail *string `json:"detail"`
}

// SigningKey is a key that signed and counts.
type SigningKey struct {
	Role    string  `json:"role"`
	ID      string  `json:"id"`
	VKey    *string `json:"vkey"`
	Trusted bool    `json:"trusted"`
}

// Warning is something to know that changes no verdict.
type Warning struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}
