"""Admission of JSON (spec/log, section 1): bytes to a value, or the code of the first offence."""

import re

DEPTH = 32
MOST = 2**53 - 1
NAME = re.compile(r"[A-Za-z0-9_.:/$@-]{1,128}")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
WORDS = {"true": True, "false": False, "null": None}


class Refused(Exception):
    """A finding that ends the reading of what it was found in."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def admit(data):
    """The value of admitted bytes. Raises Refused."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused("JSON_BOM")
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Refused("JSON_BAD_UTF8") from None
    reader = Reader(text)
    reader.space()
    value = reader.value(1)
    reader.space()
    if reader.at < len(text):
        raise Refused("JSON_TRAILING")
    if canonical(value) != data:
        raise Refused("JSON_NOT_CANONICAL")
    return value


class Reader:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def next(self):
        return self.text[self.at] if self.at < len(self.text) else ""

    def space(self):
        while self.next() in (" ", "\t", "\n", "\r"):
            self.at += 1

    def take(self, character):
        if self.next() != character:
            raise Refused("JSON_SYNTAX")
        self.at += 1

    def value(self, level):
        if level > DEPTH:
            raise Refused("JSON_TOO_DEEP")
        first = self.next()
        if first == "{":
            return self.object(level)
        if first == "[":
            return self.array(level)
        if first == '"':
            return self.string()
        if first == "-" or first in tuple("0123456789"):
            return self.number()
        for word, value in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        raise Refused("JSON_SYNTAX")

    def object(self, level):
        self.take("{")
        members = {}
        self.space()
        if self.next() == "}":
            self.at += 1
            return members
        while True:
            name = self.string()
            if name in members:
                raise Refused("JSON_DUPLICATE_NAME")
            if not NAME.fullmatch(name) or name == "__proto__":
                raise Refused("JSON_FORBIDDEN_NAME")
            self.space()
            self.take(":")
            self.space()
            members[name] = self.value(level + 1)
            if self.ends("}"):
                return members

    def array(self, level):
        self.take("[")
        items = []
        self.space()
        if self.next() == "]":
            self.at += 1
            return items
        while True:
            items.append(self.value(level + 1))
            if self.ends("]"):
                return items

    def ends(self, closing):
        """Behind a value: whether the list of values ends, or another one follows."""
        self.space()
        if self.next() == closing:
            self.at += 1
            return True
        self.take(",")
        self.space()
        return False

    def number(self):
        found = NUMBER.match(self.text, self.at)
        if found is None:
            raise Refused("JSON_SYNTAX")
        self.at = found.end()
        digits = found.group(0)
        if found.group(2) or found.group(3) or digits == "-0" or len(digits) > 17 or abs(int(digits)) > MOST:
            raise Refused("JSON_NUMBER")
        return int(digits)

    def string(self):
        self.take('"')
        parts = []
        while True:
            character = self.next()
            if character == "" or character < " ":
                raise Refused("JSON_SYNTAX")
            self.at += 1
            if character == '"':
                return "".join(parts)
            parts.append(self.escape() if character == "\\" else character)

    def escape(self):
        kind = self.next()
        self.at += 1
        if kind in ESCAPES:
            return ESCAPES[kind]
        if kind != "u":
            raise Refused("JSON_SYNTAX")
        unit = self.unit()
        if 0xDC00 <= unit <= 0xDFFF:
            raise Refused("JSON_SURROGATE")
        if not 0xD800 <= unit <= 0xDBFF:
            return chr(unit)
        digits = HEX4.match(self.text, self.at + 2)
        low = int(digits.group(0), 16) if self.text.startswith("\\u", self.at) and digits else 0
        if not 0xDC00 <= low <= 0xDFFF:
            raise Refused("JSON_SURROGATE")
        self.at += 6
        return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))

    def unit(self):
        digits = HEX4.match(self.text, self.at)
        if digits is None:
            raise Refused("JSON_SYNTAX")
        self.at += 4
        return int(digits.group(0), 16)


def canonical(value):
    """The RFC 8785 bytes of an admitted value: its numbers are integers and its names are ASCII."""
    parts = []
    write(value, parts)
    return "".join(parts).encode("utf-8")


def write(value, parts):
    if value is None or value is True or value is False:
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        parts.append(str(value))
    elif isinstance(value, str):
        parts.append(quoted(value))
    elif isinstance(value, list):
        parts.append("[")
        for i, item in enumerate(value):
            if i > 0:
                parts.append(",")
            write(item, parts)
        parts.append("]")
    else:
        parts.append("{")
        for i, name in enumerate(sorted(value)):
            if i > 0:
                parts.append(",")
            parts.append(quoted(name) + ":")
            write(value[name], parts)
        parts.append("}")


def quoted(text):
    return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def same(one, other):
    """Whether two values are the same: 1 is not true."""
    return canonical(one) == canonical(other)
