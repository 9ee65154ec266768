"""Stage dsse (spec/bundle, section 7)."""

import hashlib

from admission import Refused, admit
from notes import from_base64
from tables import CONSTANTS, has_members, is_hash

DSSE = CONSTANTS["dsse"]
PREDICATE = ("genesis", "origin", "size", "root", "run")


def envelope_of(evidence):
    envelope = evidence.docs.envelope
    if envelope["payloadType"] != DSSE["payloadType"]:
        return ["DSSE_PAYLOAD_TYPE"]
    payload = from_base64(envelope["payload"])
    signatures = [(one["keyid"], from_base64(one["sig"])) for one in envelope["signatures"]]
    if payload is None or any(signature is None for _, signature in signatures):
        return ["DSSE_BASE64"]
    kind = envelope["payloadType"].encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    good, findings, reasons = False, [], ["KEY_NOT_INTRODUCED"]
    at = evidence.docs.records[-1].position
    for name, signature in signatures:
        key = evidence.keys.known.get(name)
        if key is None:
            continue
        if not key.algorithm.verify(key.public, message, signature):
            findings.append("DSSE_SIGNATURE_INVALID")
        elif key.purpose != "evidence":
            reasons.append("KEY_WRONG_PURPOSE")
        elif key.compromised:
            reasons.append("KEY_COMPROMISED")
        elif not key.valid_at(at):
            reasons.append("KEY_REVOKED")
        else:
            good = True
    if not good:
        return findings + reasons
    return findings + statement_of(evidence, payload)


def statement_of(evidence, payload):
    manifest = evidence.docs.manifest
    try:
        statement = admit(payload)
    except Refused:
        return ["DSSE_STATEMENT_INVALID"]
    if not has_members(statement, "_type", "subject", "predicateType", "predicate"):
        return ["DSSE_STATEMENT_INVALID"]
    subjects, predicate = statement["subject"], statement["predicate"]
    names = (statement["_type"], statement["predicateType"])
    is_list = isinstance(subjects, list) and all(isinstance(one, dict) for one in subjects)
    is_predicate = has_members(predicate, *PREDICATE) and all(isinstance(one, str) for one in predicate.values())
    if names != (DSSE["statementType"], DSSE["predicateType"]) or not is_list or not is_predicate:
        return ["DSSE_STATEMENT_INVALID"]
    findings = []
    if len(subjects) != 1 or not is_subject(subjects[0]):
        findings.append("DSSE_SUBJECT")
    elif subjects[0]["digest"]["sha256"] != hashlib.sha256(evidence.docs.files["manifest.json"]).hexdigest():
        findings.append("DSSE_DIGEST_MISMATCH")
    expected = {**{name: manifest[name] for name in PREDICATE[:-1]}, "run": manifest["run"]["id"]}
    if predicate != expected:
        findings.append("DSSE_PREDICATE_MISMATCH")
    return findings


def is_subject(value):
    if not has_members(value, "name", "digest") or value["name"] != "manifest.json":
        return False
    return has_members(value["digest"], "sha256") and is_hash(value["digest"]["sha256"])
