package runs

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/spec"
)

// measurementMembers are those of a measurement in a manifest, in byte order: texts or null, but for the last.
var measurementMembers = []string{
	"budget", "count", "from", "max", "p50", "p95", "p99", "subject", "to", "unit", "what", "within",
}

// IsMeasurement says whether v has the form of a measurement in a manifest.
func IsMeasurement(v jcs.Value) bool {
	values, ok := v.Exactly(measurementMembers...)
	if !ok {
		return false
	}
	for i, name := range measurementMembers {
		_, isBool := values[i].Bool()
		switch {
		case name == "what" && !values[i].IsText(),
			name == "within" && !isBool && !values[i].IsNull(),
			name != "within" && !values[i].IsText() && !values[i].IsNull():
			return false
		}
	}
	return true
}

// measurement is what is measured: two texts, the second of which may be none.
type measurement struct {
	what, subject string
	hasSubject    bool
}

// measurements is the last record of each measurement.
type measurements map[measurement]jcs.Value

func (m measurements) add(data jcs.Value) {
	what, isText := data.Member("what").Text()
	if !isText {
		return
	}
	subject, hasSubject := data.Member("subject").Text()
	m[measurement{what, subject, hasSubject}] = data
}

// performance is the member of a manifest that follows from the measurements, in its RFC 8785 form.
func (m measurements) performance() jcs.Value {
	sorted := slices.SortedFunc(maps.Keys(m), func(a, b measurement) int {
		// No subject comes before every text, the empty one too.
		none := map[bool]int{false: 0, true: 1}
		return cmp.Or(cmp.Compare(a.what, b.what), cmp.Compare(none[a.hasSubject], none[b.hasSubject]), cmp.Compare(a.subject, b.subject))
	})
	listed := sorted[:min(len(sorted), spec.Known.Limits.Observed)]
	kept, exceeded := 0, 0
	for _, data := range m {
		if within, isBool := data.Member("within").Bool(); isBool && within {
			kept++
		} else if isBool {
			exceeded++
		}
	}
	decimal := func(number int) string { return `"` + strconv.Itoa(number) + `"` }
	out := []byte(`{"exceeded":` + decimal(exceeded) + `,"kept":` + decimal(kept) + `,"observed":[`)
	for i, each := range listed {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendMeasurement(out, m[each])
	}
	return append(out, `],"unlisted":`+decimal(len(sorted)-len(listed))+`}`...)
}

func appendMeasurement(out []byte, data jcs.Value) []byte {
	for i, name := range measurementMembers {
		out = append(out, map[bool]byte{true: '{', false: ','}[i == 0])
		out = append(out, `"`+name+`":`...)
		value := data.Member(name)
		_, isBool := value.Bool()
		if isKept := value.IsText(); name == "within" && !isBool || name != "within" && !isKept {
			value = jcs.Null
		}
		out = append(out, value...)
	}
	return append(out, '}')
}
