"""The tables of the specification as they lie in it, and a plain evaluator of its JSON Schemas."""

import json
import re
from pathlib import Path

from admission import MOST, same

SPEC = Path(__file__).resolve().parents[3] / "spec" / "bundle"
CONSTANTS = json.loads((SPEC / "constants.json").read_text("utf-8"))
LIMITS = CONSTANTS["limits"]
CODES = json.loads((SPEC / "codes.json").read_text("utf-8"))
STAGES = CODES["stages"]
# code -> (number of its stage, order within it, verdict)
RANK = {one["code"]: (STAGES.index(one["stage"]), one["order"], one["verdict"]) for one in CODES["codes"]}
VERDICTS = ["UNTRUSTED", "DIVERGED", "INCOMPLETE", "STALE"]

DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")
HASH = re.compile(r"[0-9a-f]{64}")


def is_text(value, pattern):
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def is_decimal(value):
    return is_text(value, DECIMAL.pattern) and int(value) <= MOST


def is_hash(value):
    return is_text(value, HASH.pattern)


def has_members(value, *names):
    return isinstance(value, dict) and set(value) == set(names)


TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


class Schema:
    """What of JSON Schema 2020-12 the schemas of spec/bundle use. A decimal is at most 2^53-1 (log, its beginning)."""

    def __init__(self, name):
        self.root = json.loads((SPEC / "schemas" / f"{name}.schema.json").read_text("utf-8"))

    def fits(self, value, schema=None):
        schema = self.root if schema is None else schema
        if "$ref" in schema:
            named = schema["$ref"].removeprefix("#/$defs/")
            return self.fits(value, self.root["$defs"][named]) and (named != "decimal" or is_decimal(value))
        types = schema.get("type")
        if types is not None and not any(TYPES[one](value) for one in ([types] if isinstance(types, str) else types)):
            return False
        if "const" in schema and not same(value, schema["const"]):
            return False
        if "enum" in schema and not any(same(value, one) for one in schema["enum"]):
            return False
        if isinstance(value, str) and "pattern" in schema and not is_text(value, schema["pattern"][1:-1]):
            return False
        return self.combined(value, schema) and self.listed(value, schema) and self.membered(value, schema)

    def combined(self, value, schema):
        if "oneOf" in schema and sum(self.fits(value, one) for one in schema["oneOf"]) != 1:
            return False
        if "anyOf" in schema and not any(self.fits(value, one) for one in schema["anyOf"]):
            return False
        if not all(self.fits(value, one) for one in schema.get("allOf", [])):
            return False
        return "if" not in schema or not self.fits(value, schema["if"]) or self.fits(value, schema["then"])

    def listed(self, value, schema):
        if not isinstance(value, list):
            return True
        if len(value) > schema.get("maxItems", len(value)) or len(value) < schema.get("minItems", 0):
            return False
        if "contains" in schema and not any(self.fits(one, schema["contains"]) for one in value):
            return False
        return "items" not in schema or all(self.fits(one, schema["items"]) for one in value)

    def membered(self, value, schema):
        if not isinstance(value, dict):
            return True
        known = schema.get("properties", {})
        if not set(schema.get("required", [])) <= set(value):
            return False
        if schema.get("additionalProperties") is False and not set(value) <= set(known):
            return False
        return all(self.fits(value[name], one) for name, one in known.items() if name in value)
