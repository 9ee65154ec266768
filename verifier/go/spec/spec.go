// Package spec holds the parts of the specification that are data: the reason codes, with stage, order and
// verdict, and the constants. The JSON files beside it are copies of those of the specification
// (scripts/generate-verifier-spec.mjs makes them, a test compares them).
package spec

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed codes.json
var codesJSON []byte

//go:embed constants.json
var constantsJSON []byte

// Reason is one reason code: where in the run it is found, and the verdict that it leads to.
type Reason struct {
	Code    string
	Stage   string
	Order   int
	Verdict string
	Meaning string
	// StageIndex is the place of Stage in the order of the stages, from 0.
	StageIndex int `json:"-"`
}

// Limits are amounts that are still allowed.
type Limits struct {
	ArchiveBytes           int64
	ArchiveEntries         int
	RecordsBytes           int
	ManifestBytes          int
	JSONBytes              int
	NameBytes              int
	NoteBytes              int
	NoteLines              int
	LedgerKeys             int
	Claims                 int
	Files                  int
	External               int
	Reasons                int
	Projections            int
	Observed               int
	EnvelopeBytes          int
	EnvelopeSignatures     int
	RecordBytes            int
	FutureToleranceSeconds int64
}

// Run is what the specification says of the records of a run, as data.
type Run struct {
	NotClosed  string
	AfterClose string
	// StreamMembers are the members, by type, that name a stream which the run has to have linked.
	StreamMembers            map[string][]string
	VoidedByReread           []string
	VoicedTypes              string
	VoiceOfTypes             map[string]string
	GapVoices                map[string]string
	CommandsWithoutWarehouse []string
	InterruptedExitCodes     []int64
}

// Claims is what every bundle claims: the stream of its run, the streams of the ledger, and what the run links.
type Claims struct {
	RunStream string
	Always    []string
	Kinds     []string
}

// Profile is whose runs a profile is for: by their tool, or by a tool that alone does not decide.
// LateWords are the types that may stand behind the end of its runs.
type Profile struct{ Tools, Undecided, LateWords []string }

// Algorithm is one of the registry of algorithms: the number of its type, the least and the greatest length of a public
// key, and whether a ledger key may be of it.
type Algorithm struct {
	Type           int
	PublicKeyBytes [2]int
	Ledger         bool
}

// Constants are the limits, prefixes and names of the formats.
type Constants struct {
	BundleFormat string
	LedgerFormat string
	Admission    string
	HashSuite    string
	Limits       Limits
	Preimages    struct {
		Stream, HeadKey, Head, Seal, HeadsLeaf, HeadsInner, HeadsEmpty string
	}
	DSSE struct {
		PayloadType, StatementType, PredicateType string
	}
	Files struct {
		Required, Listed, Unlisted, Detached, NotYetChecked []string
	}
	Tiles struct {
		IgnoredPrefix string
		IgnoredNames  []string
	}
	ReservedTypes        map[string]string
	ReservedTypePrefix   string
	ReservedStreamPrefix string
	Algorithms           map[string]Algorithm
	KeyPurposes          struct{ V1, V2 []string }
	Claims               Claims
	LinkRoles            []string
	Profiles             map[string]Profile
	Run                  Run
}

// Known is the specification as this program was built with it.
var Known = load()

// Specification is all data of the specification.
type Specification struct {
	Constants
	// Stages in the order in which they run.
	Stages []string
	// Verdicts from the one that wins over all others to VALID.
	Verdicts []string
	// Meanings of the reason codes and OK, and WarningMeanings of the warnings, some of which have the same codes.
	Meanings, WarningMeanings map[string]string
	reasons                   map[string]Reason
}

func load() Specification {
	var codes struct {
		Stages   []string
		Verdicts []string
		Codes    []Reason
		OK       Reason
		Warnings []Reason
	}
	known := Specification{Meanings: map[string]string{}, WarningMeanings: map[string]string{}, reasons: map[string]Reason{}}
	if err := json.Unmarshal(codesJSON, &codes); err != nil {
		panic(fmt.Sprintf("codes.json: %v", err))
	}
	if err := json.Unmarshal(constantsJSON, &known.Constants); err != nil {
		panic(fmt.Sprintf("constants.json: %v", err))
	}
	known.Stages, known.Verdicts = codes.Stages, codes.Verdicts
	for _, each := range append(codes.Codes, codes.OK) {
		known.Meanings[each.Code] = each.Meaning
	}
	for _, each := range codes.Warnings {
		known.WarningMeanings[each.Code] = each.Meaning
	}
	for _, reason := range codes.Codes {
		reason.StageIndex = slices.Index(codes.Stages, reason.Stage)
		known.reasons[reason.Code] = reason
	}
	return known
}

// Reason is what the specification says of a code. It panics for a code that is not in codes.json: that is a
// mistake of this program, never of its input.
func (s *Specification) Reason(code string) Reason {
	reason, known := s.reasons[code]
	if !known {
		panic("no such reason code: " + code)
	}
	return reason
}
