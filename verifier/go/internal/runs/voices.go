package runs

import (
	"slices"

	"clyra.dev/verify/spec"
)

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
