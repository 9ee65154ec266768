package verify

import (
	"clyra.dev/verify/spec"
)

// finding is an offence or a demand that is not met.
type finding struct {
	spec.Reason
	check  string
	detail string
}

// findings are all findings of a run, each code once for a check.
type findings []finding

// add notes a finding of a check; of one code the first counts. Who adds goes by file name, then by position.
func (f *findings) add(check, code, detail string) {
	for _, known := range *f {
		if known.Code == code && known.check == check {
			return
		}
	}
	*f = append(*f, finding{spec.Known.Reason(code), check, detail})
}

// lowest is the finding with the lowest order among those that are picked, nil where there is none.
func (f findings) lowest(picked func(finding) bool) *finding {
	var lowest *finding
	for i, each := range f {
		if picked(each) && (lowest == nil || each.before(lowest)) {
			lowest = &f[i]
		}
	}
	return lowest
}

// before says whether f is found earlier: by stage, then by order.
func (f finding) before(other *finding) bool {
	if f.StageIndex != other.StageIndex {
		return f.StageIndex < other.StageIndex
	}
	return f.Order < other.Order
}

// refused is the finding that ends the run, nil where none does.
func (f findings) refused() *finding {
	return f.lowest(func(each finding) bool { return each.Verdict == "INVALID" })
}

// verdict is the one verdict and its code (bundle, section 8).
func (f findings) verdict() (verdict, code string) {
	for _, verdict := range spec.Known.Verdicts {
		if found := f.lowest(func(each finding) bool { return each.Verdict == verdict }); found != nil {
			return verdict, found.Code
		}
	}
	return "VALID", "OK"
}

// of is the finding that a check fails with, nil where it has none.
func (f findings) of(check string) *finding {
	return f.lowest(func(each finding) bool { return each.check == check })
}
