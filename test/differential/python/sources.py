"""Later keys (spec/bundle, section 8): what newer bundles, key records and held checkpoints tell."""

import base64

import proofs
from admission import MOST, Refused
from keys import Keys
from notes import CallError
from records import Record
from stages import genesis_of, is_in_place
from tables import is_decimal


class Source:
    """What tells of later keys: its records of genesis and `ledger-keys`, size and fold; a root where it has one."""

    def __init__(self, records, size, keys, root=None, is_sound=True):
        self.genesis = records[0].leaf if records else None
        self.records = [one for one in records if one.stream == "ledger-keys"]
        self.size, self.keys, self.root, self.is_sound = size, keys, root, is_sound


def of_bundle(evidence):
    """A newer bundle, judged by itself without the caller's demands."""
    if evidence.findings:
        return Source([], 0, None, is_sound=False)
    return Source(evidence.docs.records, evidence.note.size, evidence.keys, evidence.note.root)


def of_key_records(given):
    """Raises CallError where they are no key records."""
    if not is_decimal(given["size"]) or not 1 <= int(given["size"]) <= MOST:
        raise CallError("key records have no size")
    try:
        records = [Record(base64.b64decode(one["bytes"])) for one in given["records"]]
    except Refused as refused:
        raise CallError(f"key records: {refused.code}") from None
    for record, one in zip(records, given["records"]):
        if not is_decimal(one["position"]):
            raise CallError("a key record has no position")
        record.position = int(one["position"])
    if not records or not is_chain(records, int(given["size"])):
        raise CallError("these are not the key records of a ledger")
    keys = Keys(records[0], records[1:])
    if keys.findings:
        raise CallError(f"key records: {keys.findings[0]}")
    return Source(records, int(given["size"]), keys)


def is_chain(records, size):
    first = records[0]
    if first.position != 0 or not genesis_of(first, first.value["ledger"]):
        return False
    if len({record.value["id"] for record in records}) < len(records) or records[-1].position >= size:
        return False
    leaf = proofs.start_of_stream(first.leaf, "ledger-keys")
    for revision, (before, record) in enumerate(zip(records, records[1:])):
        if record.stream != "ledger-keys" or not is_in_place(record) or record.value["ledger"] != first.value["ledger"]:
            return False
        if record.revision != revision or record.value["prev"] != leaf or record.position <= before.position:
            return False
        if record.value["recordedat"] < before.value["recordedat"]:
            return False
        leaf = record.leaf
    return True


def settle(evidence, held, sources):
    """The folds by which the evidence is judged too, and the findings."""
    note = evidence.note
    own = Source(evidence.docs.records, note.size, None, note.root)
    folds, findings, reached = [], [], note.size
    for source in sources:
        if source.is_sound and source.root is None and source.genesis != own.genesis:
            continue
        if not source.is_sound or source.genesis != own.genesis or source.size < own.size:
            findings.append("KEYS_MAY_HAVE_CHANGED")
            continue
        reached = max(reached, source.size)
        for one in held:
            if (one.origin, one.size) == (note.origin, source.size) and source.root not in (None, one.root):
                findings.append("ROOT_DIVERGED")
        is_forked = source.size == own.size and source.root not in (None, own.root)
        if below(source, own.size) != below(own, own.size) or is_forked:
            findings.append("ROOT_DIVERGED")
        else:
            folds.append(source.keys)
    if any(one.origin == note.origin and one.size > reached for one in held):
        findings.append("KEYS_MAY_HAVE_CHANGED")
    return folds, findings


def below(source, size):
    return [(one.position, one.leaf) for one in source.records if one.position < size]
