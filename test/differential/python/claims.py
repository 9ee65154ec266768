"""Stage claims (spec/bundle, sections 3, 5, 6 and 8)."""

import hashlib
import re

import proofs
from admission import canonical, same
from run import Run
from tables import CONSTANTS, has_members, is_hash


def claims_of(evidence):
    docs, manifest = evidence.docs, evidence.docs.manifest
    name = CONSTANTS["claims"]["runStream"] + manifest["run"]["id"]
    run = Run([record for record in docs.records if record.stream == name])
    profile = run.profile()
    completeness, reasons = run.completeness(manifest["profile"])
    evidence.run = {
        "id": manifest["run"]["id"],
        "completeness": completeness,
        "reasons": reasons,
        "outcome": run.outcome(),
        "voices": run.voices() if manifest["profile"] == "def" else None,
    }
    findings = []

    def holds(code, is_so):
        if not is_so:
            findings.append(code)

    claimed = {claim["stream"] for claim in manifest["claims"]}
    wanted = {name, *CONSTANTS["claims"]["always"], *run.links()}
    last = docs.records[-1]
    start = run.start
    holds("PROFILE_MISMATCH", profile == manifest["profile"])
    holds("LINK_MISSING", not run.unlinked())
    holds("CLAIM_MISSING", wanted <= claimed)
    holds("CLAIM_UNEXPECTED", claimed <= wanted)
    as_of = {"position": str(last.position), "recordedat": last.value["recordedat"]}
    holds("COMPLETE_AS_OF_MISMATCH", manifest["completeAsOf"] == as_of)
    said = (manifest["run"]["completeness"], manifest["run"]["reasons"])
    holds("RUN_COMPLETENESS_MISMATCH", said == (completeness, reasons))
    holds("DEMONSTRATION_MISMATCH", manifest["demonstration"] == (start.data["demonstration"] if start else False))
    holds("GOVERNANCE_MISMATCH", same(manifest["governance"], start.data["governance"] if start else None))
    holds("POLICY_MISMATCH", manifest["policy"] == (start.data["policy"] if start else None))
    if "payout" in manifest:
        holds("PAYOUT_MISMATCH", same(manifest["payout"], run.payout()))
        holds("PERFORMANCE_MISMATCH", same(manifest["performance"], run.performance()))
    named = run.artifacts()
    embedded = {path[len("artifacts/") :]: data for path, data in docs.files.items() if path.startswith("artifacts/")}
    for sha256, data in embedded.items():
        holds("ARTIFACT_NAME_MISMATCH", hashlib.sha256(data).hexdigest() == sha256)
        holds("ARTIFACT_NOT_NAMED", named.get(sha256) == str(len(data)))
    external = {one["sha256"]: one["size"] for one in manifest["external"]}
    outside = {sha256: size for sha256, size in named.items() if sha256 not in embedded}
    holds("EXTERNAL_MISMATCH", external == outside)
    lines = {record.position: record for record in docs.records}
    for opening in docs.openings:
        findings.extend(opening_of(opening, lines))
    return findings


def opening_of(opening, lines):
    record = lines.get(int(opening["position"]))
    sealed = None if record is None else value_at(record.value, opening["pointer"])
    if not has_members(sealed, "clyra:sealed") or not is_hash(sealed["clyra:sealed"]):
        return ["OPENING_TARGET_MISSING"]
    name, pointer, value = record.value["id"].encode(), opening["pointer"].encode(), canonical(opening["value"])
    commitment = proofs.sha256(
        proofs.PREFIX["seal"],
        len(name).to_bytes(2, "big") + name,
        len(pointer).to_bytes(2, "big") + pointer,
        bytes.fromhex(opening["salt"]),
        len(value).to_bytes(8, "big") + value,
    )
    return [] if commitment.hex() == sealed["clyra:sealed"] else ["OPENING_MISMATCH"]


def value_at(value, pointer):
    """What stands at an RFC 6901 pointer; None where nothing does."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]*", token, re.ASCII):
            value = value[int(token)] if len(token) < 10 and int(token) < len(value) else None
        else:
            return None
    return value
