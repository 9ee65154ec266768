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

// Of is what follows from the records of a run, in their order, in a bundle of a profile.
func Of(records []*record.Record, profile string) Run {
	var started jcs.Value
	if start := startOf(records); start != nil {
		started = start.Data
	}
	f := fold{
		measured: measurements{}, reasons: map[string]bool{}, heard: map[string]bool{},
		steps: map[step]event{}, relations: map[relation]event{}, unavailable: map[string]map[string]bool{}, read: map[string]bool{},
	}
	for _, e := range valid(records) {
		f.add(e)
	}
	if wentOn(records, profile) {
		f.reasons[spec.Known.Run.AfterClose] = true
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

// valid are the records that no later reading of the run makes void.
func valid(records []*record.Record) []event {
	known := spec.Known.Run
	reread, rereadOf := lastReread(records), map[string]int{}
	for i, r := range records {
		if string(r.Type) != record.RunReread {
			continue
		}
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
	// reasons are what makes the run partial.
	reasons map[string]bool
	closed  bool
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
		f.reasons[reason] = true
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
	case len(f.reasons) > 0:
		return Judged{"partial", sorted(f.reasons)}
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
	if f.exited.data.Member("signal").IsText() || f.reasons[signalledGap] ||
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
