"""Verifies DSSE envelopes with securesystemslib: JSON lines {envelope, keyid, alg, public} on stdin, a word for each out."""

import json
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

# Our name of an algorithm (Ed25519 where there is none) to theirs: type and scheme. Public keys are hex, of the others PEM.
NAMES = {
    "ed25519": ("ed25519", "ed25519"),
    "ecdsa-p256-sha256": ("ecdsa", "ecdsa-sha2-nistp256"),
    "rsa-pss-3072-sha256": ("rsa", "rsassa-pss-sha256"),
}

for line in sys.stdin:
    case = json.loads(line)
    key = SSlibKey(case["keyid"], *NAMES[case.get("alg", "ed25519")], {"public": case["public"]})
    try:
        envelope = Envelope.from_dict(json.loads(case["envelope"]))
        verified = list(envelope.verify([key], 1)) == [case["keyid"]]
        print("accepted" if verified else "refused: other keys")
    except Exception as error:
        print(f"refused: {type(error).__name__}")
