"""A log as a directory of tiles (spec/log, section 5; spec/bundle, section 8)."""

import re

import demands
import proofs
from admission import MOST, Refused
from notes import Note
from records import Record
from stages import HEADS, chained
from tables import CONSTANTS

WIDTH = 256
PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Log:
    """The records of a log. Without a readable checkpoint nobody knows what to read: its fault is the only finding."""

    def __init__(self, files):
        self.files, self.findings, self.records = files, [], []
        self.note = Note(files.get("checkpoint", b""))
        try:
            for index in range(-(-self.note.size // WIDTH)):
                for entry in self.entries(index):
                    record = Record(entry)
                    record.position = len(self.records)
                    self.records.append(record)
        except Refused as refused:
            self.findings.append(refused.code)

    def entries(self, index):
        width = min(WIDTH, self.note.size - index * WIDTH)
        data, is_whole = self.called("entries", index, width)
        if data is None:
            raise Refused("ENTRIES_MISSING")
        entries = entries_of(data, WIDTH if is_whole else width)
        if entries is None:
            raise Refused("ENTRIES_MALFORMED")
        return entries[:width]

    def called(self, level, index, width):
        """The file that the size calls for, and whether it is a full one, which stands in for a partial one."""
        partial = self.files.get(path_of(level, index, width))
        if partial is not None or width == WIDTH:
            return partial, width == WIDTH
        return self.files.get(path_of(level, index, WIDTH)), True


def entries_of(data, count):
    """So many entries and nothing more; None where these are others."""
    entries, at = [], 0
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            return None
        entries.append(data[at + 2 : end])
        at = end
    return entries if at == len(data) else None


def path_of(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}{'' if width == WIDTH else f'.p/{width}'}"


def tree_of(evidence):
    """Stage root: every tile, the root, and what lies among the tiles."""
    log = evidence.docs
    levels, findings = [[bytes.fromhex(record.leaf) for record in log.records]], []
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([proofs.root_of(below[at : at + WIDTH]) for at in range(0, len(below) - WIDTH + 1, WIDTH)])
    for level, hashes in enumerate(levels):
        for at in range(0, len(hashes), WIDTH):
            tile = b"".join(hashes[at : at + WIDTH])
            data, is_whole = log.called(level, at // WIDTH, len(tile) // 32)
            if data is None:
                findings.append("TILE_MISSING")
            elif data[: len(tile)] != tile or len(data) != (WIDTH * 32 if is_whole else len(tile)):
                findings.append("TILE_MISMATCH")
    if proofs.root_of(levels[0]).hex() != evidence.note.root:
        findings.append("ROOT_MISMATCH")
    if any(is_unexpected(log, levels, path) for path in log.files):
        findings.append("TILE_UNEXPECTED")
    return findings


def is_unexpected(log, levels, path):
    """Whether a file among the tiles is none, or an earlier partial one that the tree does not begin with."""
    segments, litter = path.split("/"), CONSTANTS["tiles"]
    if segments[0] != "tile" or segments[-1] in litter["ignoredNames"]:
        return False
    if any(segment.startswith(litter["ignoredPrefix"]) for segment in segments):
        return False
    found = PATH.fullmatch(path)
    if found is None:
        return True
    level, groups, width = found.group(1), found.group(2), int(found.group(3) or WIDTH)
    index = int(groups.replace("x", "").replace("/", ""))
    is_tile = index <= MOST and width <= (WIDTH if found.group(3) is None else WIDTH - 1)
    if not is_tile or groups.startswith("x000") or (level != "entries" and int(level) > 63):
        return True
    data = log.files[path]
    if level == "entries":
        there = [record.bytes for record in log.records[index * WIDTH : (index + 1) * WIDTH]]
        return width < len(there) and entries_of(data, width) != there[:width]
    hashes = levels[int(level)] if int(level) < len(levels) else []
    there = hashes[index * WIDTH : (index + 1) * WIDTH]
    return width < len(there) and data != b"".join(there[:width])


def log_chain_of(evidence):
    return chained(evidence.docs.records, evidence.note.origin)[0]


def every_heads_of(evidence):
    heads, findings, genesis = {}, [], evidence.docs.records[0].leaf
    for record in evidence.docs.records:
        if record.type == HEADS:
            start = proofs.start_of_stream(genesis, "ledger-heads")
            if int(record.data["size"]) != record.position or (record.revision == 0 and record.value["prev"] != start):
                findings.append("HEADS_RECORD_INVALID")
            elif record.data["root"] != proofs.root_of_heads(heads):
                findings.append("HEADS_ROOT_MISMATCH")
        heads[record.stream] = (record.revision, record.leaf)
    return findings


def log_demands_of(evidence):
    note, records = evidence.note, evidence.docs.records
    found = demands.common(evidence.options, note, records)
    for one in evidence.held:
        if one.origin == note.origin and one.size <= note.size:
            leaves = [bytes.fromhex(record.leaf) for record in records[: one.size]]
            found.holds("ROOT_DIVERGED", proofs.root_of(leaves).hex() == one.root)
    return found.findings
