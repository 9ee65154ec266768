"""Records (spec/log, sections 2 to 4): attributes and data."""

import hashlib
import re

from admission import Refused, admit
from algorithms import ALGORITHMS
from tables import CONSTANTS, LIMITS, has_members, is_decimal, is_hash, is_text

ORIGIN = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
STREAM = r"[a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}"
RUN = r"[A-Za-z0-9._:~-]{1,200}"
TOOL = r"[a-z][a-z0-9-]{0,30}"
INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?Z", re.ASCII)
FORBIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]")
ZEROS = "0" * 64
GENESIS = "dev.clyra.ledger.genesis.v1"
GRAMMAR = {
    "specversion": r"1\.0",
    "id": r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "source": None,
    "type": r"[a-z][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9_-]{0,62}){1,15}\.v[1-9][0-9]{0,5}",
    "time": None,
    "ledger": ORIGIN,
    "stream": STREAM,
    "revision": None,
    "prev": r"[0-9a-f]{64}",
    "submitter": r"[A-Za-z0-9._:@/~-]{1,200}",
    "recordedat": None,
}


class Record:
    """One record: its bytes, leaf and members; the position comes from the proof or the log. Raises Refused."""

    def __init__(self, data):
        self.leaf = hashlib.sha256(b"\x00" + data).hexdigest()
        self.bytes, self.position = data, None
        if len(data) > LIMITS["recordBytes"]:
            raise Refused("RECORD_TOO_LARGE")
        self.value = admit(data)
        if not is_envelope(self.value):
            raise Refused("RECORD_ENVELOPE_INVALID")
        self.type, self.stream, self.data = self.value["type"], self.value["stream"], self.value["data"]
        self.revision = int(self.value["revision"])
        if not is_data(self.type, self.data):
            raise Refused("RECORD_DATA_INVALID")

    def member(self, name):
        """A member of the data; None where there is none."""
        return self.data.get(name) if isinstance(self.data, dict) else None

    def text(self, name):
        value = self.member(name)
        return value if isinstance(value, str) else None


def is_instant(value, digits=None):
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None or (digits is not None and len(found.group(7) or "") != digits + 1):
        return False
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 1 <= month <= 12 and 1 <= day <= lengths[month - 1] and hour <= 23 and minute <= 59 and second <= 59


def is_attribute(value):
    if not isinstance(value, str) or FORBIDDEN.search(value):
        return False
    return 1 <= len(value.encode("utf-16-le")) // 2 <= 1024


def is_envelope(value):
    if not isinstance(value, dict) or "data" not in value or not set(GRAMMAR) <= set(value):
        return False
    for name, attribute in value.items():
        if name != "data" and not (is_text(name, r"[a-z0-9]{1,20}") and is_attribute(attribute)):
            return False
    if not all(pattern is None or is_text(value[name], pattern) for name, pattern in GRAMMAR.items()):
        return False
    return is_instant(value["time"]) and is_instant(value["recordedat"], 3) and is_decimal(value["revision"])


def is_subject(value):
    return isinstance(value, str) and 1 <= len(value) <= 512


def or_null(test):
    return lambda value: value is None or test(value)


def is_object(value):
    return isinstance(value, dict)


def one_of(*texts):
    return lambda value: isinstance(value, str) and value in texts


def matching(pattern):
    return lambda value: is_text(value, pattern)


def key_fits(version):
    """Whether a value has the form of a key of this version (section 8)."""

    def fits(value):
        if not has_members(value, "id", "purpose", "alg", "type", "public"):
            return False
        if not is_hash(value["id"]) or not one_of(*CONSTANTS["keyPurposes"][version])(value["purpose"]):
            return False
        if not one_of(*ALGORITHMS)(value["alg"]) or not is_text(value["public"], r"([0-9a-f]{2})*"):
            return False
        algorithm = ALGORITHMS[value["alg"]]
        # true is no 1
        if type(value["type"]) is not int or value["type"] != algorithm.number or not algorithm.fits(value["public"]):
            return False
        return value["alg"] == "ed25519" or (version == "v2" and value["purpose"] != "ledger")

    return fits


def list_of(test, least, most):
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(test, value))


def key_hash(name, public):
    """Of an Ed25519 key under a name: the four bytes of notes and vkeys."""
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


STARTED = {
    "subject": is_subject,
    "demonstration": lambda value: isinstance(value, bool),
    "governance": is_object,
    "policy": or_null(is_hash),
}
# Members that a reader asks for; others are ignored.
ASKED = {
    "dev.clyra.run.started.v1": STARTED,
    "dev.clyra.run.started.v2": {
        **STARTED,
        "tool": matching(TOOL),
        "capture": matching(TOOL),
        "payout": or_null(is_object),
        "parent": or_null(matching(RUN)),
    },
    "dev.clyra.run.linked.v1": {"role": one_of(*CONSTANTS["linkRoles"]), "stream": matching(STREAM)},
    "dev.clyra.window.closed.v1": {"records": is_decimal},
    "dev.clyra.run.gap.v1": {"reason": matching(r"[a-z0-9-]{1,64}")},
    "dev.clyra.run.reread.v1": {"voices": list_of(matching(r"[a-z0-9-]{1,64}"), 0, float("inf"))},
    "dev.clyra.artifact.captured.v1": {"sha256": is_hash, "size": is_decimal},
}
# Exactly these members.
EXACT = {
    GENESIS: {
        "format": one_of(CONSTANTS["ledgerFormat"]),
        "admission": one_of(CONSTANTS["admission"]),
        "hash": one_of(CONSTANTS["hashSuite"]),
        "origin": matching(ORIGIN),
        "nonce": is_hash,
        "keys": list_of(key_fits("v1"), 1, LIMITS["ledgerKeys"]),
        "roots": list_of(key_fits("v1"), 0, LIMITS["ledgerKeys"]),
    },
    "dev.clyra.ledger.key.introduced.v1": {"key": key_fits("v1"), "replaces": or_null(is_hash)},
    "dev.clyra.ledger.key.introduced.v2": {"key": key_fits("v2"), "replaces": or_null(is_hash)},
    "dev.clyra.ledger.key.revoked.v1": {
        "id": is_hash,
        "reason": one_of("superseded", "compromised", "retired"),
        "compromisedSince": or_null(is_decimal),
    },
    "dev.clyra.ledger.heads.v1": {"size": is_decimal, "root": is_hash},
    "dev.clyra.ledger.redacted.v1": {
        "subject": is_subject,
        "reason": one_of("erasure-request", "retention", "mistake"),
    },
    "dev.clyra.ledger.adopted.v1": {
        "reason": one_of("copy", "set-back", "forked"),
        "had": is_decimal,
        "signedSize": or_null(is_decimal),
        "signedRoot": or_null(is_hash),
    },
    "dev.clyra.ledger.lost.v1": {"signedSize": is_decimal, "signedRoot": is_hash},
}


def is_data(kind, data):
    rules = EXACT.get(kind) or ASKED.get(kind)
    if rules is None:
        return True
    if not isinstance(data, dict) or not set(rules) <= set(data) or (kind in EXACT and set(rules) != set(data)):
        return False
    if not all(test(data[name]) for name, test in rules.items()):
        return False
    if kind == GENESIS:
        hashes = [key_hash(data["origin"], bytes.fromhex(key["public"])) for key in data["keys"]]
        return len(set(hashes)) == len(hashes)
    if kind == "dev.clyra.run.linked.v1":
        return data["stream"].split("-")[0] == data["role"]
    return True
