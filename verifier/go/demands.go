package verify

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/spec"
)

func (b *bundle) judgeDemands() {
	b.warnOfContents()
	b.judgeIdentity()
	if b.call.Run != nil {
		b.pass("run", "")
		if *b.call.Run != b.manifest.runID {
			b.add("run", "OTHER_RUN", b.manifest.runID)
		}
	}
	b.judgeExternal()
	b.judgeHeld()
	b.judgeRun()
	b.judgeRecency(string(b.last().RecordedAt))
	for _, found := range b.later.findings {
		b.add(found.check, found.code, "a source of later keys")
	}
}

// warnOfContents says what is to be known of what the bundle holds.
func (b *bundle) warnOfContents() {
	if b.manifest.demonstration {
		b.warn("RECORDED_DEMONSTRATION", "run "+b.manifest.runID)
	}
	if b.redacted {
		b.warn("VALUES_REDACTED", "run "+b.manifest.runID)
	}
	for _, stream := range b.linkedTooLate {
		b.warn("LINK_AFTER_CLOSE", stream)
	}
	for _, file := range b.files {
		if slices.Contains(spec.Known.Files.NotYetChecked, file.Name) {
			b.skip(file.Name, "this verifier does not read it yet")
			b.warn("FILE_NOT_CHECKED", file.Name)
		}
	}
	b.skip("projections", "folded states are compared by who has the ledger")
	if _, isThere := b.byName["report.html"]; isThere {
		b.skip("report", "report.html is signed, and not compared with the records")
	}
}

// judgeExternal compares the external artefacts at hand, and asks for the others where all are demanded.
func (b *bundle) judgeExternal() {
	external := b.manifest.external
	missing := 0
	for _, each := range external {
		isThere, fits := b.compareArtifact(each)
		switch {
		case !isThere:
			missing++
		case !fits:
			b.add("external-artifacts", "ARTIFACT_MISMATCH", each.name)
		}
	}
	detail := fmt.Sprintf("%d of %d at hand", len(external)-missing, len(external))
	b.pass("external-artifacts", detail)
	if missing == 0 {
		return
	}
	if b.call.RequireArtifacts {
		b.add("external-artifacts", "ARTIFACTS_MISSING", detail)
		return
	}
	b.skip("external-artifacts", detail)
	b.warn("EXTERNAL_ARTIFACTS_NOT_CHECKED", detail)
}

// compareArtifact says whether an artefact is at hand, and has the digest and size that the records name.
func (b *bundle) compareArtifact(each listed) (isThere, fits bool) {
	if b.call.Artifact == nil {
		return false, false
	}
	file, err := b.call.Artifact(each.name)
	if err != nil || file == nil {
		b.fail(err)
		return false, false
	}
	defer file.Close()
	h := sha256.New()
	size, err := io.Copy(h, file)
	b.fail(err)
	return true, uint64(size) == each.size && jcs.Hash(h.Sum(nil)) == each.sha256
}

func (b *bundle) fail(err error) {
	if err != nil && b.failure == nil {
		b.failure = err
	}
}

// judgeHeld compares the checkpoints that the caller holds. A larger one tells that the ledger went on.
func (b *bundle) judgeHeld() {
	if len(b.call.held) > 0 {
		b.pass("checkpoints", "")
	}
	for _, held := range b.call.held {
		switch {
		case held.Origin == b.checkpoint.Origin && held.Size == b.checkpoint.Size:
			if held.Root != b.checkpoint.Root {
				b.add("checkpoints", "ROOT_DIVERGED", fmt.Sprintf("size %d", held.Size))
			}
			continue
		case held.Origin == b.checkpoint.Origin && held.Size > b.checkpoint.Size && b.later.reaches < held.Size:
			b.add("later-keys", "KEYS_MAY_HAVE_CHANGED", fmt.Sprintf("the ledger has at least %d records", held.Size))
		}
		if !b.later.compared[held] {
			detail := fmt.Sprintf("%s, size %d", held.Origin, held.Size)
			b.skip("checkpoints", detail)
			b.warn("CHECKPOINT_NOT_COMPARED", detail)
		}
	}
}

// judgeRun judges what is demanded of the run, and warns of what is not.
func (b *bundle) judgeRun() {
	if b.call.RequireCompleteRun {
		b.pass("complete-run", "")
	}
	if b.run.Completeness != "complete" {
		if b.call.RequireCompleteRun {
			b.add("complete-run", "RUN_NOT_COMPLETE", b.run.Completeness)
		}
		b.warn("RUN_NOT_COMPLETE", b.run.Completeness+": "+strings.Join(b.run.Reasons, ", "))
	}
	b.judgeWarehouse()
}

// judgeWarehouse judges whether the warehouse was asked; of PEF none ever was, and without a demand nothing is said of it.
func (b *bundle) judgeWarehouse() {
	asked, reasons := "not-asked", ""
	voices := b.voices()
	if voices != nil {
		asked, reasons = voices.Warehouse.Completeness, strings.Join(voices.Warehouse.Reasons, ", ")
	}
	wasAsked := asked == "asked" || asked == "not-needed"
	if b.call.RequireWarehouse {
		b.pass("warehouse", asked)
		if !wasAsked {
			b.add("warehouse", "WAREHOUSE_NOT_ASKED", asked)
		}
	}
	if !wasAsked && voices != nil {
		b.warn("WAREHOUSE_NOT_ASKED", asked+": "+reasons)
	}
}
