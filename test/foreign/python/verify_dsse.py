"""Verifies DSSE envelopes with securesystemslib: JSON lines {envelope, keyid, public} on stdin, a word for each out."""

import json
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

for line in sys.stdin:
    case = json.loads(line)
    key = SSlibKey(case["keyid"], "ed25519", "ed25519", {"public": case["public"]})
    try:
        envelope = Envelope.from_dict(json.loads(case["envelope"]))
        verified = list(envelope.verify([key], 1)) == [case["keyid"]]
        print("accepted" if verified else "refused: other keys")
    except Exception as error:
        print(f"refused: {type(error).__name__}")
