"""Signed notes, checkpoints and pins (spec/log, section 5)."""

import base64
import re

import ed25519
from admission import MOST, Refused
from records import key_hash
from tables import LIMITS, is_text

NAME = (
    "[^+\u0000-\u001f\u007f-\u009f\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def from_base64(text):
    """The bytes; None where the text is not their one form."""
    if not BASE64.fullmatch(text) or len(text) % 4 != 0:
        return None
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


class Note:
    """A checkpoint: `text` bytes, `lines` as (name, key hash, signature), origin, size, root (hex). Raises Refused."""

    def __init__(self, data):
        try:
            text = data.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Refused("NOTE_MALFORMED") from None
        cut = text.rfind("\n\n")
        if len(data) > LIMITS["noteBytes"] or cut < 0 or re.search("^\ufeff|[\0-\x09\x0b-\x1f]", text):
            raise Refused("NOTE_MALFORMED")
        lines = text[cut + 2 :].split("\n")
        if lines.pop() != "" or not 1 <= len(lines) <= LIMITS["noteLines"]:
            raise Refused("NOTE_MALFORMED")
        self.lines = [signature_line(line) for line in lines]
        self.text = text[: cut + 1].encode()
        parts = text[: cut + 1].split("\n")
        if len(parts) != 4 or not re.fullmatch(NAME, parts[0]) or not is_text(parts[1], r"[1-9][0-9]{0,15}"):
            raise Refused("CHECKPOINT_MALFORMED")
        root = from_base64(parts[2])
        if int(parts[1]) > MOST or root is None or len(root) != 32:
            raise Refused("CHECKPOINT_MALFORMED")
        self.origin, self.size, self.root = parts[0], int(parts[1]), root.hex()


def signature_line(line):
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not re.fullmatch(NAME, parts[1]):
        raise Refused("NOTE_MALFORMED")
    decoded = from_base64(parts[2])
    if decoded is None or len(decoded) < 5:
        raise Refused("NOTE_MALFORMED")
    return parts[1], decoded[:4], decoded[4:]


class CallError(Exception):
    """What the caller gives cannot be read: no verdict."""


class Pin:
    """A verifier key, and perhaps the genesis leaf that was pinned with it. Raises CallError."""

    def __init__(self, vkey, genesis=None):
        found = re.fullmatch(f"({NAME})\\+([0-9a-f]{{8}})\\+([A-Za-z0-9+/=]+)", vkey)
        typed = from_base64(found.group(3)) if found else None
        if typed is None or len(typed) != 33 or typed[0] != 1 or not ed25519.is_key(typed[1:]):
            raise CallError("a pin is no verifier key")
        self.name, self.public, self.genesis = found.group(1), typed[1:], genesis
        if key_hash(self.name, self.public).hex() != found.group(2):
            raise CallError("a pin has another key hash")


def signers_of(note, known):
    """
    The keys, as (name, public), whose lines verify, of those that are known. Raises Refused where a line of a known key
    does not.
    """
    signers = set()
    for name, hashed, signature in note.lines:
        keys = [key for key in known if key[0] == name and key_hash(*key) == hashed]
        good = [key for key in keys if ed25519.verify(key[1], note.text, signature)]
        if keys and not good:
            raise Refused("SIGNATURE_INVALID")
        signers.update(good[:1])
    return signers
