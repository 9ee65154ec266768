"""Stage json (spec/bundle, sections 2, 3 and 8): the files of a bundle, admitted and of their shapes."""

import hashlib
import re

from admission import Refused, admit
from records import Record, is_instant
from tables import CONSTANTS, LIMITS, Schema

FILES = CONSTANTS["files"]
SCHEMAS = {name: Schema(name) for name in ("manifest", "proof", "heads", "openings", "dsse-envelope")}
POINTER_LENGTH = 65535


class Documents:
    """What the later stages read. `findings` are those of the stage; where there are any, nothing else counts."""

    def __init__(self, files):
        self.files, self.findings, self.note = files, [], None
        self.records, self.openings = [], []
        self.manifest = self.found(lambda: read_manifest(files))
        if self.findings:
            return
        self.findings += listing(files, self.manifest)
        if self.findings:
            return
        self.found(self.read_records)
        self.envelope = self.found(self.read_envelope)
        self.proof = self.found(lambda: self.document("proof.json", "proof", "PROOF_MALFORMED"))
        self.heads = self.found(self.read_heads)
        self.openings = self.found(self.read_openings) or []

    def found(self, read):
        try:
            return read()
        except Refused as refused:
            self.findings.append(refused.code)
            return None

    def document(self, name, schema, malformed, limit="jsonBytes"):
        data = self.files[name]
        if len(data) > LIMITS[limit]:
            raise Refused("JSON_SYNTAX" if limit == "jsonBytes" else malformed)
        value = admit(data)
        if not SCHEMAS[schema].fits(value):
            raise Refused(malformed)
        return value

    def read_envelope(self):
        envelope = self.document("manifest.dsse.json", "dsse-envelope", "DSSE_MALFORMED", "envelopeBytes")
        if len(envelope["signatures"]) > LIMITS["envelopeSignatures"]:
            raise Refused("DSSE_MALFORMED")
        return envelope

    def read_records(self):
        data = self.files["records.jsonl"]
        if len(data) > LIMITS["recordsBytes"] or not data.endswith(b"\n"):
            raise Refused("RECORDS_MALFORMED")
        for line in data[:-1].split(b"\n"):
            if line == b"":
                raise Refused("RECORDS_MALFORMED")
            self.records.append(Record(line))

    def read_heads(self):
        heads = self.document("heads.json", "heads", "HEADS_MALFORMED")
        if not is_sorted([path["stream"] for path in heads["paths"]]):
            raise Refused("HEADS_MALFORMED")
        return heads

    def read_openings(self):
        if "openings.json" not in self.files:
            return []
        openings = self.document("openings.json", "openings", "OPENINGS_MALFORMED")
        if not is_sorted([(int(one["position"]), one["pointer"].encode()) for one in openings]):
            raise Refused("OPENINGS_MALFORMED")
        if any(len(one["pointer"]) > POINTER_LENGTH for one in openings):
            raise Refused("OPENINGS_MALFORMED")
        return openings


def is_sorted(keys):
    """In ascending order, none of them twice."""
    return all(one < other for one, other in zip(keys, keys[1:]))


def read_manifest(files):
    if "manifest.json" not in files:
        raise Refused("FILE_MISSING")
    data = files["manifest.json"]
    if len(data) > LIMITS["manifestBytes"]:
        raise Refused("MANIFEST_MALFORMED")
    manifest = admit(data)
    names = [manifest.get(name) for name in ("format", "profile")] if isinstance(manifest, dict) else [None]
    if not all(isinstance(name, str) for name in names):
        raise Refused("MANIFEST_MALFORMED")
    if names[0] != CONSTANTS["bundleFormat"] or names[1] not in CONSTANTS["profiles"]:
        raise Refused("FORMAT_UNSUPPORTED")
    lists = (("claims", "stream"), ("files", "path"), ("external", "sha256"), ("projections", "name"))
    if not SCHEMAS["manifest"].fits(manifest) or not is_instant(manifest["completeAsOf"]["recordedat"], 3):
        raise Refused("MANIFEST_MALFORMED")
    if not all(is_sorted([one[key] for one in manifest[name]]) for name, key in lists):
        raise Refused("MANIFEST_MALFORMED")
    if not is_sorted(manifest["run"]["reasons"]):
        raise Refused("MANIFEST_MALFORMED")
    return manifest


def listing(files, manifest):
    listed = {one["path"]: one for one in manifest["files"]}
    findings = ["FILE_MISSING" for name in [*FILES["required"], *listed] if name not in files]
    for name in listed:
        if name not in FILES["listed"] and not re.fullmatch(r"artifacts/[0-9a-f]{64}", name):
            findings.append("FILE_UNLISTED")
    for name in files:
        if name not in listed and name not in FILES["detached"] and name not in FILES["unlisted"]:
            findings.append("FILE_UNLISTED")
    for name, one in listed.items():
        if name in files and len(files[name]) != int(one["size"]):
            findings.append("FILE_SIZE_MISMATCH")
        if name in files and hashlib.sha256(files[name]).hexdigest() != one["sha256"]:
            findings.append("FILE_DIGEST_MISMATCH")
    return findings
