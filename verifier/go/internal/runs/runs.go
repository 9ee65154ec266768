// Package runs says what follows from the records of a run (def, "What follows from a run's records").
package runs

import (
	"maps"
	"slices"
	"strings"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

// Judged is a completeness and its reasons, sorted, each once.
type Judged struct {
	Completeness string   `json:"completeness"`
	Reasons      []string `json:"reasons"`
}

// Voices are the parties that can speak of a run.
type Voices struct {
	Claim     Judged `json:"claim"`
	Log       Judged `json:"log"`
	Warehouse Judged `json:"warehouse"`
}

// Run is what follows from all records of a run.
type Run struct {
	Judged
	Outcome string
	Voices  Voices
	// Started is the data of the run's start, nil where there is none.
	Started jcs.Value
	// Performance are the measurements as a manifest has them.
	Performance jcs.Value
}

// kind is a type of records: its name, and who speaks in all of its records, as the bytes of a text in JSON; where that
// is "" and isVoiced is true, each record says who.
type kind struct {
	name, voice string
	isVoiced    bool
}

// event is one record of a run as far as it is looked at.
type event struct {
	*kind
	data jcs.Value
}

// is says whether a member is that text.
func (e event) is(member, text string) bool { return e.data.Member(member).Is(text) }

// Of is what follows from the records of a run, in their order.
func Of(records []*record.Record) Run {
	var started jcs.Value
	if start := startOf(records); start != nil {
		started = start.Data
	}
	f := fold{
		measured: measurements{}, gaps: map[string]bool{}, heard: map[string]bool{},
		steps: map[step]event{}, relations: map[relation]event{}, unavailable: map[string]map[string]bool{}, read: map[string]bool{},
	}
	for _, e := range valid(records) {
		f.add(e)
	}
	whole := f.completeness()
	return Run{
		Judged:      whole,
		Outcome:     f.outcome(),
		Voices:      Voices{Claim: f.voice("claim", whole.Reasons), Log: f.voice("log", whole.Reasons), Warehouse: f.warehouse()},
		Started:     started,
		Performance: f.measured.performance(),
	}
}

// startOf is the run's start, nil where there is none.
func startOf(records []*record.Record) *record.Record {
	for _, r := range records {
		if string(r.Type) == record.RunStarted || string(r.Type) == record.RunStarted2 {
			return r
		}
	}
	return nil
}

// ProfileOf is whose run it is: def or pef.
func ProfileOf(records []*record.Record) string {
	start := startOf(records)
	if start == nil {
		return "def"
	}
	tool, isText := start.Data.Member("tool").Text()
	def := spec.Known.Profiles["def"]
	switch {
	case !isText, slices.Contains(def.Tools, tool):
		return "def"
	case slices.Contains(def.Undecided, tool) && hasVoicedRecord(records):
		return "def"
	}
	return "pef"
}

func hasVoicedRecord(records []*record.Record) bool {
	for _, r := range records {
		if strings.HasPrefix(string(r.Type), spec.Known.Run.VoicedTypes) {
			return true
		}
	}
	return false
}

// Links are the streams that the run links, each once, and those that it links after it was closed, one for each record.
func Links(records []*record.Record) (linked, tooLate []string) {
	closed, known := false, map[string]bool{}
	for _, r := range records {
		switch string(r.Type) {
		case record.RunClosed:
			closed = true
		case record.RunLinked:
			stream, _ := r.Data.Member("stream").Text()
			if closed {
				tooLate = append(tooLate, stream)
			} else if !known[stream] {
				known[stream] = true
				linked = append(linked, stream)
			}
		}
	}
	return linked, tooLate
}

// valid are the records that no later reading of the run makes void.
func valid(records []*record.Record) []event {
	known := spec.Known.Run
	reread, rereadOf := 0, map[string]int{}
	for i, r := range records {
		if string(r.Type) != record.RunReread {
			continue
		}
		reread = i
		for voice := range r.Data.Member("voices").Items() {
			rereadOf[string(voice)] = i
		}
	}
	kinds := map[string]*kind{}
	events := make([]event, 0, len(records))
	for i, r := range records {
		of := kinds[string(r.Type)]
		if of == nil {
			of = kindOf(string(r.Type))
			kinds[of.name] = of
		}
		e := event{of, r.Data}
		if i < reread && slices.Contains(known.VoidedByReread, e.name) {
			continue
		}
		if i < rereadOf[e.speaker()] {
			continue
		}
		events = append(events, e)
	}
	return events
}

// kindOf is what is known of the records of a type.
func kindOf(name string) *kind {
	known := spec.Known.Run
	for prefix, voice := range known.VoiceOfTypes {
		if strings.HasPrefix(name, prefix) {
			return &kind{name: name, voice: quoted(voice)}
		}
	}
	return &kind{name: name, isVoiced: strings.HasPrefix(name, known.VoicedTypes)}
}

// speaker is who speaks in the record, as the bytes of a text in JSON; "" where it is nobody.
func (e event) speaker() string {
	if e.isVoiced {
		return e.text("voice")
	}
	return e.voice
}

// text is the bytes of a member that is a text, quotes and all; "" where it is none.
func (e event) text(member string) string {
	if v := e.data.Member(member); v.IsText() {
		return string(v)
	}
	return ""
}

func quoted(plain string) string { return `"` + plain + `"` }

// step is one result of a node, by one voice or none. All but kind are bytes of texts in JSON.
type step struct{ kind, voice, node string }

// relation is what the warehouse was asked about: a node, and any value.
type relation struct{ node, value string }

const (
	nodeExecuted  = "dev.clyra.dbt.node.executed.v1"
	testResult    = "dev.clyra.dbt.test.result.v1"
	invoked       = "dev.clyra.dbt.invocation.started.v1"
	completed     = "dev.clyra.dbt.invocation.completed.v1"
	relationRead  = "dev.clyra.snapshot.relation.v1"
	anchor        = "dev.clyra.anchor."
	noAnchor      = "dev.clyra.anchor.unavailable.v1"
	signalledGap  = "process-signalled"
	interrupted   = "interrupted"
	phaseBefore   = "before"
	phaseAfter    = "after"
	relationsLeft = "relations-not-read"
)

type fold struct {
	measured measurements
	gaps     map[string]bool
	closed   bool
	// exited is the last record of the process's end.
	exited event
	// succeeded and failed say whether an invocation said so.
	succeeded, failed bool
	heard             map[string]bool
	steps             map[step]event
	relations         map[relation]event
	// read are the phases in which the warehouse told where it stood, unavailable the codes of those in which not.
	read        map[string]bool
	unavailable map[string]map[string]bool
	commands    []string
}

func (f *fold) add(e event) {
	f.heard[e.speaker()] = true
	switch e.name {
	case record.RunGap:
		reason, _ := e.data.Member("reason").Text()
		f.gaps[reason] = true
	case record.RunClosed:
		f.closed = true
	case record.RunExited:
		f.exited = e
	case completed:
		success, isBool := e.data.Member("success").Bool()
		f.succeeded = f.succeeded || isBool && success
		f.failed = f.failed || isBool && !success
	case invoked:
		if command := e.text("command"); command != "" {
			f.commands = append(f.commands, command)
		}
	case nodeExecuted, testResult:
		if node := e.text("node"); node != "" {
			f.steps[step{e.name, e.text("voice"), node}] = e
		}
	case relationRead:
		if node := e.text("node"); node != "" {
			value := e.data.Member("relation")
			if value == nil {
				value = jcs.Null
			}
			f.relations[relation{node, string(value)}] = e
		}
	case noAnchor:
		f.addUnavailable(e)
	case record.Measured:
		f.measured.add(e.data)
	default:
		if phase, ok := e.data.Member("phase").Text(); ok && strings.HasPrefix(e.name, anchor) {
			f.read[phase] = true
		}
	}
}

func (f *fold) addUnavailable(e event) {
	phase, ok := e.data.Member("phase").Text()
	if !ok {
		return
	}
	code := "unknown"
	isCode := func(c byte) bool { return c >= 'A' && c <= 'Z' || c == '_' }
	if v := e.data.Member("code"); v.Within(1, 64, isCode) {
		plain, _ := v.Plain()
		code = strings.ReplaceAll(strings.ToLower(string(plain)), "_", "-")
	}
	if f.unavailable[phase] == nil {
		f.unavailable[phase] = map[string]bool{}
	}
	f.unavailable[phase][code] = true
}

// sorted are the texts of a set in byte order, an empty list where there are none.
func sorted(set map[string]bool) []string {
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(set))))
}

func (f *fold) completeness() Judged {
	switch {
	case len(f.gaps) > 0:
		return Judged{"partial", sorted(f.gaps)}
	case f.closed:
		return Judged{"complete", []string{}}
	}
	return Judged{"unknown", []string{spec.Known.Run.NotClosed}}
}

func (f *fold) outcome() string {
	code, isNumber := f.exited.data.Member("exitCode").Int()
	switch {
	case f.interrupted(code, isNumber):
		return interrupted
	case f.failed || isNumber && code != 0:
		return "failed"
	case f.succeeded || isNumber:
		return "succeeded"
	}
	return "unknown"
}

func (f *fold) interrupted(exitCode int64, hasExitCode bool) bool {
	if f.exited.data.Member("signal").IsText() || f.gaps[signalledGap] ||
		hasExitCode && slices.Contains(spec.Known.Run.InterruptedExitCodes, exitCode) {
		return true
	}
	for _, e := range f.steps {
		if e.is("status", interrupted) {
			return true
		}
	}
	return false
}

// voice is how completely one of claim and log has spoken.
func (f *fold) voice(name string, all []string) Judged {
	reasons := []string{}
	for _, reason := range all {
		if spec.Known.Run.GapVoices[reason] == name {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 && !f.closed {
		reasons = []string{spec.Known.Run.NotClosed}
	}
	completeness := map[bool]map[bool]string{
		true:  {false: "complete", true: "partial"},
		false: {false: "not-needed", true: "missing"},
	}
	return Judged{completeness[f.heard[quoted(name)]][len(reasons) > 0], reasons}
}

func (f *fold) warehouse() Judged {
	reasons := map[string]bool{}
	phases := 0
	for _, phase := range []string{phaseBefore, phaseAfter} {
		switch codes := f.unavailable[phase]; {
		case f.read[phase]:
			phases++
		case len(codes) > 0:
			for code := range codes {
				reasons[phase+"-"+code] = true
			}
		default:
			reasons[phase+"-missing"] = true
		}
	}
	nodesRead := f.nodesRead()
	if f.read[phaseAfter] && f.hasUnreadNode(nodesRead) {
		reasons[relationsLeft] = true
	}
	switch {
	case len(reasons) == 0:
		return Judged{"asked", []string{}}
	case f.needsNoWarehouse():
		return Judged{"not-needed", []string{}}
	case phases > 0 || len(nodesRead) > 0:
		return Judged{"partly", sorted(reasons)}
	}
	return Judged{"not-asked", sorted(reasons)}
}

// nodesRead are the nodes of which at least one relation was read.
func (f *fold) nodesRead() map[string]bool {
	read := map[string]bool{}
	for relation, e := range f.relations {
		if _, isBool := e.data.Member("present").Bool(); isBool {
			read[relation.node] = true
		}
	}
	return read
}

// hasUnreadNode says whether a node was built that is not among those read.
func (f *fold) hasUnreadNode(read map[string]bool) bool {
	for step := range f.steps {
		if step.kind == nodeExecuted && !read[step.node] && f.built(step.node) {
			return true
		}
	}
	return false
}

func (f *fold) built(node string) bool {
	claim := f.steps[step{nodeExecuted, quoted("claim"), node}]
	log := f.steps[step{nodeExecuted, quoted("log"), node}]
	materialized := claim.text("materialized")
	if materialized == "" {
		materialized = log.text("materialized")
	}
	builds := func(e event) bool { return e.is("status", "success") && e.data.Member("relation").IsList() }
	return materialized != quoted("ephemeral") && (builds(claim) || builds(log))
}

// needsNoWarehouse says whether there are commands, and all of them need no warehouse.
func (f *fold) needsNoWarehouse() bool {
	for _, command := range f.commands {
		if !slices.ContainsFunc(spec.Known.Run.CommandsWithoutWarehouse, func(name string) bool { return quoted(name) == command }) {
			return false
		}
	}
	return len(f.commands) > 0
}
