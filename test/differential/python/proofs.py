"""The tree (spec/bundle, section 4) and the map of stream heads (spec/log, section 7)."""

import bisect
import hashlib

from admission import Refused
from tables import CONSTANTS

PREFIX = {name: text.encode() for name, text in CONSTANTS["preimages"].items()}


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of_proof(size, positions, leaves, hashes):
    """The root that a multiproof leads to, hex. Raises Refused."""
    left = iter(hashes)

    def walk(low, high):
        first = bisect.bisect_left(positions, low)
        if first == len(positions) or positions[first] >= high:
            found = next(left, None)
            if found is None:
                raise Refused("PROOF_HASHES")
            return bytes.fromhex(found)
        if high - low == 1:
            return bytes.fromhex(leaves[first])
        k = 1 << (high - low - 1).bit_length() - 1
        return sha256(b"\x01", walk(low, low + k), walk(low + k, high))

    root = walk(0, size)
    if next(left, None) is not None:
        raise Refused("PROOF_HASHES")
    return root.hex()


def root_of(leaves):
    """The root over leaves, bytes."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", root_of(leaves[:k]), root_of(leaves[k:]))


def root_of_heads(heads):
    """The root of the map of stream heads: streams to (revision, leaf)."""
    nodes = []
    for stream, (revision, leaf) in heads.items():
        value = sha256(PREFIX["head"], revision.to_bytes(8, "big"), bytes.fromhex(leaf))
        key = sha256(PREFIX["headKey"], stream.encode())
        nodes.append((int.from_bytes(key, "big"), sha256(PREFIX["headsLeaf"], key, value)))

    def over(part, depth):
        if not part:
            return PREFIX["headsEmpty"]
        if len(part) == 1:
            return part[0][1]
        sides = [[one for one in part if one[0] >> (255 - depth) & 1 == side] for side in (0, 1)]
        return sha256(PREFIX["headsInner"], over(sides[0], depth + 1), over(sides[1], depth + 1))

    return over(nodes, 0).hex()


def start_of_stream(genesis, stream):
    return sha256(PREFIX["stream"], bytes.fromhex(genesis), stream.encode()).hex()


def path_leads(stream, head, siblings, other, root):
    """Whether a path shows that `head`, (revision, leaf) or None for absence, is the stream's under this root."""
    key = sha256(PREFIX["headKey"], stream.encode())
    bits = int.from_bytes(key, "big")
    count = len(siblings)
    if siblings and bytes.fromhex(siblings[0]) == PREFIX["headsEmpty"]:
        return False
    if head is not None:
        if other is not None:
            return False
        value = sha256(PREFIX["head"], head[0].to_bytes(8, "big"), bytes.fromhex(head[1]))
        node = sha256(PREFIX["headsLeaf"], key, value)
    elif other is None:
        node = PREFIX["headsEmpty"]
    else:
        theirs = bytes.fromhex(other["key"])
        if theirs == key or (int.from_bytes(theirs, "big") ^ bits) >> (256 - count):
            return False
        node = sha256(PREFIX["headsLeaf"], theirs, bytes.fromhex(other["value"]))
    for i, sibling in enumerate(siblings):
        depth = count - 1 - i
        pair = (bytes.fromhex(sibling), node) if bits >> (255 - depth) & 1 else (node, bytes.fromhex(sibling))
        node = sha256(PREFIX["headsInner"], *pair)
    return node.hex() == root
