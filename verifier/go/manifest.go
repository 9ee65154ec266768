package verify

import (
	"path"
	"slices"

	"clyra.dev/verify/internal/archive"
	"clyra.dev/verify/internal/heads"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/internal/runs"
	"clyra.dev/verify/spec"
)

// claim is a stream that a bundle claims to hold to its end; head is nil where it claims that there is none.
type claim struct {
	stream string
	head   *heads.Head
}

// listed is a file or an external artefact in a list of the manifest.
type listed struct {
	name   string
	size   uint64
	sha256 jcs.Hash
}

// manifest is manifest.json (bundle, section 3).
type manifest struct {
	profile       string
	genesis, root jcs.Hash
	origin        string
	size          uint64
	runID         string
	completeness  string
	reasons       []string
	completeAsOf  CompleteAsOf
	demonstration bool
	claims        []claim
	files         []listed
	external      []listed
	governance    jcs.Value
	policy        jcs.Value
	// payout and performance are nil in a bundle that was made before there were any.
	payout, performance jcs.Value
}

// parseManifest reads an admitted document; code is that of the offence, or "".
func parseManifest(document jcs.Value) (m *manifest, code string) {
	format, profile := document.Member("format"), document.Member("profile")
	if !format.IsText() || !profile.IsText() {
		return nil, "MANIFEST_MALFORMED"
	}
	m = &manifest{}
	m.profile, _ = profile.Text()
	if _, isKnown := spec.Known.Profiles[m.profile]; !isKnown || !format.Is(spec.Known.BundleFormat) {
		return nil, "FORMAT_UNSUPPORTED"
	}
	if !m.read(document) {
		return nil, "MANIFEST_MALFORMED"
	}
	return m, ""
}

var manifestMembers = []string{
	"claims", "completeAsOf", "demonstration", "external", "files", "format", "genesis", "governance", "origin",
	"payout", "performance", "policy", "profile", "projections", "renderer", "root", "run", "size",
}

// read reads the members. renderer may be absent; and the kind of every claim, payout and performance all together in
// bundles of DEF that were made before there were any.
func (m *manifest) read(document jcs.Value) bool {
	isOlder := m.profile == "def" && document.Member("payout") == nil && document.Member("performance") == nil
	names := slices.DeleteFunc(slices.Clone(manifestMembers), func(name string) bool {
		return name == "renderer" && document.Member(name) == nil || isOlder && (name == "payout" || name == "performance")
	})
	values, ok := document.Exactly(names...)
	if !ok {
		return false
	}
	for i, name := range names {
		if !m.readMember(name, values[i], isOlder) {
			return false
		}
	}
	return true
}

func (m *manifest) readMember(name string, v jcs.Value, isOlder bool) (ok bool) {
	switch name {
	case "claims":
		m.claims, ok = parseClaims(v, !isOlder)
	case "completeAsOf":
		m.completeAsOf, ok = parseCompleteAsOf(v)
	case "demonstration":
		m.demonstration, ok = v.Bool()
	case "external":
		m.external, ok = parseListed(v, spec.Known.Limits.External, func(item jcs.Value) (sha, size, name jcs.Value, ok bool) {
			values, ok := item.Exactly("sha256", "size")
			if !ok {
				return nil, nil, nil, false
			}
			return values[0], values[1], values[0], true
		})
	case "files":
		m.files, ok = parseListed(v, spec.Known.Limits.Files, func(item jcs.Value) (sha, size, name jcs.Value, ok bool) {
			values, ok := item.Exactly("path", "sha256", "size")
			if !ok || !values[0].Within(1, 255, isPathByte) {
				return nil, nil, nil, false
			}
			return values[1], values[2], values[0], true
		})
	case "genesis":
		m.genesis, ok = v.Hash()
	case "governance":
		m.governance, ok = v, v.IsNull() || v.IsObject()
	case "origin":
		origin, isPlain := v.Plain()
		m.origin, ok = string(origin), isPlain && record.IsOrigin(origin)
	case "payout":
		m.payout, ok = v, v.IsNull() || v.IsObject()
	case "performance":
		m.performance, ok = v, isPerformance(v)
	case "policy":
		_, isHash := v.Hash()
		m.policy, ok = v, isHash || v.IsNull()
	case "projections":
		ok = areProjections(v)
	case "renderer":
		values, isObject := v.Exactly("name", "version")
		ok = isObject && isVersioned(values[0], values[1])
	case "root":
		m.root, ok = v.Hash()
	case "run":
		ok = m.readRun(v)
	case "size":
		m.size, ok = v.Decimal()
	default:
		ok = true
	}
	return ok
}

func isPathByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '/' || c == '-'
}

// parseHead reads a head: null, or revision and leaf.
func parseHead(v jcs.Value) (head *heads.Head, ok bool) {
	if v.IsNull() {
		return nil, true
	}
	values, ok := v.Exactly("leaf", "revision")
	if !ok {
		return nil, false
	}
	leaf, isLeaf := values[0].Hash()
	revision, isRevision := values[1].Decimal()
	return &heads.Head{Revision: revision, Leaf: leaf}, isLeaf && isRevision
}

// parseClaims reads the claims, each with its kind or none of them.
func parseClaims(v jcs.Value, hasKinds bool) (claims []claim, ok bool) {
	for item := range v.Items() {
		read, ok := parseClaim(item, hasKinds)
		count := len(claims)
		if !ok || count == spec.Known.Limits.Claims || count > 0 && claims[count-1].stream >= read.stream {
			return nil, false
		}
		claims = append(claims, read)
	}
	return claims, v.IsList()
}

func parseClaim(v jcs.Value, hasKind bool) (c claim, ok bool) {
	names := []string{"head", "kind", "stream"}
	if !hasKind {
		names = []string{"head", "stream"}
	}
	values, ok := v.Exactly(names...)
	if !ok {
		return c, false
	}
	head, isHead := parseHead(values[0])
	stream, isPlain := values[len(values)-1].Plain()
	kind := map[bool]string{true: "absent", false: "complete"}[head == nil]
	return claim{string(stream), head}, isHead && isPlain && record.IsStream(stream) && (!hasKind || values[1].Is(kind))
}

func parseCompleteAsOf(v jcs.Value) (c CompleteAsOf, ok bool) {
	values, ok := v.Exactly("position", "recordedat")
	if !ok {
		return c, false
	}
	position, isPosition := values[0].Decimal()
	instant, isPlain := values[1].Plain()
	return CompleteAsOf{decimal(position), string(instant)}, isPosition && isPlain && record.IsRecordedAt(instant)
}

// parseListed reads a list sorted by name, without two of one name.
func parseListed(v jcs.Value, limit int, read func(jcs.Value) (sha, size, name jcs.Value, ok bool)) (list []listed, ok bool) {
	for item := range v.Items() {
		shaValue, sizeValue, nameValue, ok := read(item)
		if !ok {
			return nil, false
		}
		sha, isSHA := shaValue.Hash()
		size, isSize := sizeValue.Decimal()
		name, _ := nameValue.Plain()
		if !isSHA || !isSize || len(list) == limit || len(list) > 0 && list[len(list)-1].name >= string(name) {
			return nil, false
		}
		list = append(list, listed{string(name), size, sha})
	}
	return list, v.IsList()
}

// isVersioned says whether name and version are those of a fold or a renderer.
func isVersioned(name, version jcs.Value) bool {
	plain, _ := name.Plain()
	_, isNumber := version.Int()
	isNameByte := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }
	return isNumber && name.Within(1, 31, isNameByte) && plain[0] >= 'a'
}

func areProjections(v jcs.Value) bool {
	last, count := "", 0
	for item := range v.Items() {
		count++
		values, ok := item.Exactly("digest", "name", "version")
		if !ok || !isVersioned(values[1], values[2]) {
			return false
		}
		name, _ := values[1].Text()
		if _, isDigest := values[0].Hash(); !isDigest || name <= last {
			return false
		}
		last = name
	}
	return v.IsList() && count <= spec.Known.Limits.Projections
}

// isPerformance says whether v has the form of measurements; what they say is compared later.
func isPerformance(v jcs.Value) bool {
	values, ok := v.Exactly("exceeded", "kept", "observed", "unlisted")
	if !ok || !values[2].IsList() {
		return false
	}
	for _, number := range []jcs.Value{values[0], values[1], values[3]} {
		if _, ok := number.Decimal(); !ok {
			return false
		}
	}
	count := 0
	for item := range values[2].Items() {
		if count++; count > spec.Known.Limits.Observed || !runs.IsMeasurement(item) {
			return false
		}
	}
	return true
}

func (m *manifest) readRun(v jcs.Value) bool {
	values, ok := v.Exactly("completeness", "id", "reasons")
	if !ok || !values[2].IsList() {
		return false
	}
	m.completeness, ok = values[0].Text()
	if !ok || !slices.Contains([]string{"complete", "partial", "unknown"}, m.completeness) {
		return false
	}
	id, ok := values[1].Plain()
	if !ok || !record.IsRunID(id) {
		return false
	}
	m.runID = string(id)
	for reason := range values[2].Items() {
		text, _ := reason.Text()
		if !reason.IsReason() || len(m.reasons) == spec.Known.Limits.Reasons || len(m.reasons) > 0 && m.reasons[len(m.reasons)-1] >= text {
			return false
		}
		m.reasons = append(m.reasons, text)
	}
	return true
}

// runStream is the stream of the run that the manifest is about.
func (m *manifest) runStream() string { return spec.Known.Claims.RunStream + m.runID }

const artifactFolder = "artifacts"

// isArtifact says whether a name is that of an embedded artefact.
func isArtifact(name string) bool {
	_, isHash := jcs.ParseHash([]byte(path.Base(name)))
	return path.Dir(name) == artifactFolder && isHash
}

// judgeFiles judges the presence, sizes and digests of all files (FILE_*).
func (m *manifest) judgeFiles(files []archive.File, byName map[string][]byte, report func(code, name string)) {
	known := spec.Known.Files
	inList := make(map[string]bool, len(m.files))
	for _, each := range m.files {
		inList[each.name] = true
		if !slices.Contains(known.Listed, each.name) && !isArtifact(each.name) {
			report("FILE_UNLISTED", each.name)
		}
		data, isThere := byName[each.name]
		switch {
		case !isThere:
			report("FILE_MISSING", each.name)
		case uint64(len(data)) != each.size:
			report("FILE_SIZE_MISMATCH", each.name)
		case digestOf(data) != each.sha256:
			report("FILE_DIGEST_MISMATCH", each.name)
		}
	}
	for _, name := range known.Required {
		if _, isThere := byName[name]; !isThere {
			report("FILE_MISSING", name)
		}
	}
	for _, file := range files {
		if !inList[file.Name] && !slices.Contains(known.Unlisted, file.Name) && !slices.Contains(known.Detached, file.Name) {
			report("FILE_UNLISTED", file.Name)
		}
	}
}
