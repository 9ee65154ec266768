"""Verdict and code (spec/bundle), written from the specification alone and as plainly as it reads."""

import base64

from admission import Refused
from archive import read_archive
from claims import claims_of
from demands import demands_of
from documents import Documents
from envelope import envelope_of
from log import Log, every_heads_of, log_chain_of, log_demands_of, tree_of
from notes import CallError, Note, Pin
from sources import of_bundle, of_key_records, settle
from stages import chain_of, heads_of, keys_of, multiproof_of, note_of, roots_of, signatures_of
from tables import RANK, VERDICTS


class Evidence:
    """One bundle or log, the caller's options, and what was found so far. `read` gives documents and findings."""

    def __init__(self, read, options):
        self.options = options
        self.pins = [Pin(pin["vkey"], pin.get("genesis")) for pin in options.get("trust", [])]
        self.held = [held_checkpoint(note) for note in options.get("checkpoints", [])]
        given = [one for one in options.get("keys", []) if not isinstance(one, str)]
        self.key_records = [of_key_records(one) for one in given]
        self.findings, self.later, self.of_sources, self.run = [], [], [], None
        try:
            self.docs = read()
            self.note = self.docs.note
            self.findings += self.docs.findings
        except Refused as refused:
            self.findings.append(refused.code)

    def stage(self, check):
        """Makes the checks of one stage, unless an earlier one has ended the run."""
        if any(RANK[code][2] == "INVALID" for code in self.findings):
            return
        try:
            self.findings += check(self)
        except Refused as refused:
            self.findings.append(refused.code)

    def verdict(self):
        for verdict in ["INVALID", *VERDICTS]:
            codes = [code for code in self.findings if RANK[code][2] == verdict]
            if codes:
                return verdict, min(codes, key=lambda code: RANK[code][:2])
        return "VALID", "OK"


def held_checkpoint(note):
    try:
        return Note(base64.b64decode(note))
    except Refused:
        raise CallError("a held checkpoint is none") from None


def judged(archive, options):
    evidence = Evidence(lambda: Documents(read_archive(archive)), options)
    for check in (note_of, signatures_of, roots_of, multiproof_of, chain_of, heads_of):
        evidence.stage(check)
    evidence.stage(look_later)
    for check in (keys_of, envelope_of, claims_of, demands_of):
        evidence.stage(check)
    return evidence


def look_later(evidence):
    """No stage of its own: what sources tell is known before the keys are judged, and counts among the demands."""
    alone = {"trust": evidence.options.get("trust", [])}
    bundles = [base64.b64decode(one) for one in evidence.options.get("keys", []) if isinstance(one, str)]
    sources = [*(of_bundle(judged(one, alone)) for one in bundles), *evidence.key_records]
    evidence.later, evidence.of_sources = settle(evidence, evidence.held, sources)
    return []


def verify(archive, options):
    """Of a bundle: verdict, code and what follows of the run (None where INVALID). Raises CallError."""
    evidence = judged(archive, options)
    verdict, code = evidence.verdict()
    return verdict, code, None if verdict == "INVALID" else evidence.run


def verify_tiles(files, options):
    """Of a log, its files by their paths: verdict, code, and None, since it is of no run. Raises CallError."""
    evidence = Evidence(lambda: Log(files), options)
    for check in (signatures_of, tree_of, log_chain_of, every_heads_of, keys_of, log_demands_of):
        evidence.stage(check)
    return *evidence.verdict(), None
