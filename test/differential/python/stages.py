"""The stages note to keys (spec/bundle, sections 4, 5 and 8). Each gives its findings, or raises Refused."""

import proofs
from keys import Keys
from notes import Note, signers_of
from records import GENESIS, ZEROS
from tables import CONSTANTS

HEADS = "dev.clyra.ledger.heads.v1"


def note_of(evidence):
    evidence.note = Note(evidence.docs.files["checkpoint"])
    return [] if evidence.note.origin == evidence.docs.manifest["origin"] else ["CHECKPOINT_ORIGIN_MISMATCH"]


def genesis_of(record, origin):
    """Whether a record is the genesis record of this origin, wherever it stands."""
    is_one = record.type == GENESIS and record.stream == "ledger-genesis" and record.revision == 0
    return is_one and record.value["prev"] == ZEROS and record.value["ledger"] == record.data["origin"] == origin


def signatures_of(evidence):
    note, first = evidence.note, evidence.docs.records[0]
    own = set()
    if genesis_of(first, note.origin):
        ledger = [key for key in first.data["keys"] if key["purpose"] == "ledger"]
        own = {(note.origin, bytes.fromhex(key["public"])) for key in ledger}
    signers = own & signers_of(note, own | {(pin.name, pin.public) for pin in evidence.pins})
    if not signers:
        return ["SIGNATURE_MISSING"]
    evidence.signers = {public for _, public in signers}
    pins = [pin for pin in evidence.pins if pin.name == note.origin]
    fitting = [pin for pin in pins if pin.public in evidence.signers]
    evidence.vouching = {pin.public for pin in fitting if pin.genesis in (None, first.leaf)}
    if not pins:
        return ["NO_TRUSTED_KEY"]
    if not fitting:
        return ["ORIGIN_KEY_MISMATCH"]
    return [] if evidence.vouching else ["PINNED_GENESIS_MISMATCH"]


def roots_of(evidence):
    note, manifest, proof = evidence.note, evidence.docs.manifest, evidence.docs.proof
    said = (manifest["size"], manifest["root"], proof["size"])
    return [] if said == (str(note.size), note.root, str(note.size)) else ["ROOT_NOT_CHECKPOINT"]


def multiproof_of(evidence):
    records, proof, size = evidence.docs.records, evidence.docs.proof, evidence.note.size
    positions = [int(position) for position in proof["positions"]]
    ascending = all(one < other for one, other in zip(positions, positions[1:]))
    if not ascending or len(positions) != len(records) or positions[-1] >= size:
        return ["PROOF_POSITIONS"]
    for record, position in zip(records, positions):
        record.position = position
    root = proofs.root_of_proof(size, positions, [record.leaf for record in records], proof["hashes"])
    return [] if root == evidence.note.root else ["PROOF_ROOT"]


def chain_of(evidence):
    records, manifest = evidence.docs.records, evidence.docs.manifest
    last = records[-1]
    heads = last if last.stream == "ledger-heads" else None
    findings, evidence.ends = chained(records, evidence.note.origin, heads)
    if manifest["genesis"] != records[0].leaf:
        findings.append("GENESIS_MISMATCH")
    claimed = {claim["stream"] for claim in manifest["claims"]}
    if any(record is not heads and record.stream not in claimed for record in records[1:]):
        findings.append("STREAM_NOT_CLAIMED")
    return findings


def chained(records, origin, heads=None):
    """
    The findings that bundles and logs have in common, and the last record of each stream. `heads`: the last record of a
    bundle, of which revision and link are shown by its path.
    """
    findings, ids, ends, time = [], set(), {}, ""
    first = records[0]
    later = [one for one in records[1:] if one.stream == "ledger-genesis"]
    if first.position != 0 or not genesis_of(first, origin) or later:
        findings.append("GENESIS_INVALID")
    for record in records:
        if record.value["ledger"] != origin:
            findings.append("RECORD_ORIGIN_MISMATCH")
        if not is_in_place(record):
            findings.append("RESERVED_TYPE")
        if record.value["id"] in ids:
            findings.append("EVENT_ID_TWICE")
        ids.add(record.value["id"])
        before = ends.get(record.stream)
        if record is not heads:
            if record.revision != (0 if before is None else before.revision + 1):
                findings.append("REVISION_GAP")
            start = ZEROS if record is first else proofs.start_of_stream(first.leaf, record.stream)
            if record.value["prev"] != (start if before is None else before.leaf):
                findings.append("PREV_MISMATCH")
            ends[record.stream] = record
        if record.value["recordedat"] < time:
            findings.append("RECORDEDAT_BACKWARDS")
        time = record.value["recordedat"]
    return findings, ends


def is_in_place(record):
    stream = CONSTANTS["reservedTypes"].get(record.type)
    if stream is not None:
        return record.stream == stream
    is_reserved = record.type.startswith(CONSTANTS["reservedTypePrefix"])
    return not is_reserved and not record.stream.startswith(CONSTANTS["reservedStreamPrefix"])


def heads_of(evidence):
    records, heads, manifest = evidence.docs.records, evidence.docs.heads, evidence.docs.manifest
    last, genesis = records[-1], records[0].leaf
    start = proofs.start_of_stream(genesis, "ledger-heads")
    is_sound = last.stream == "ledger-heads" and last.type == HEADS and last.position == evidence.note.size - 1
    if not is_sound or int(last.data["size"]) != last.position or (last.revision == 0 and last.value["prev"] != start):
        return ["HEADS_RECORD_INVALID"]
    findings = []
    if (heads["root"], heads["position"]) != (last.data["root"], str(last.position)):
        findings.append("HEADS_FILE_MISMATCH")
    before = (last.revision - 1, last.value["prev"]) if last.revision > 0 else None
    claims = {claim["stream"]: head_of(claim["head"]) for claim in manifest["claims"]}
    wanted = {"ledger-heads": before, **claims}
    paths = {path["stream"]: path for path in heads["paths"]}
    if set(paths) != set(wanted):
        findings.append("HEADS_PATH_MISSING")
    for stream, head in wanted.items():
        end = evidence.ends.get(stream)
        there = None if end is None else (end.revision, end.leaf)
        if head != (before if stream == "ledger-heads" else there):
            findings.append("HEADS_CLAIM_MISMATCH")
        path = paths.get(stream)
        if path is None:
            continue
        if head_of(path["head"]) != head:
            findings.append("HEADS_CLAIM_MISMATCH")
        if not proofs.path_leads(stream, head, path["siblings"], path["other"], last.data["root"]):
            findings.append("HEADS_PATH_INVALID")
    return findings


def head_of(head):
    return None if head is None else (int(head["revision"]), head["leaf"])


def keys_of(evidence):
    """Judged by what later sources tell too, which `evidence.later` holds."""
    records = evidence.docs.records
    keys = Keys(records[0], [one for one in records if one.stream == "ledger-keys"])
    evidence.keys = keys
    if keys.findings:
        return keys.findings
    for later in evidence.later:
        keys.tighten(later)
    at = evidence.note.size - 1
    ledger = {key.public: key for key in keys.known.values() if key.purpose == "ledger"}
    if not any(ledger[public].valid_at(at) for public in evidence.signers):
        return ["CHECKPOINT_KEY_REVOKED"]
    good = {public for public in evidence.vouching if ledger[public].valid_at(at) and not ledger[public].compromised}
    return ["PINNED_KEY_REVOKED"] if evidence.vouching and not good else []
