"""The registry of algorithms (spec/log, sections 6 and 8): keys, and signatures by them."""

import hashlib

import ecdsa
import ed25519
import rsa_pss


class Algorithm:
    def __init__(self, number, type_bytes, lengths, module):
        self.number, self.type_bytes, self.lengths = number, type_bytes, lengths
        self.is_key, self.verify = module.is_key, module.verify

    def fits(self, public):
        """Whether a public key, hex, has a length of this algorithm."""
        return len(public) % 2 == 0 and self.lengths[0] <= len(public) // 2 <= self.lengths[1]

    def key_id(self, public):
        return hashlib.sha256(self.type_bytes + public).hexdigest()


ALGORITHMS = {
    "ed25519": Algorithm(1, b"\x01", (32, 32), ed25519),
    "ecdsa-p256-sha256": Algorithm(2, b"\x02", (65, 65), ecdsa),
    "rsa-pss-3072-sha256": Algorithm(255, b"\xffrsa-pss-3072-sha256", (1, 1062), rsa_pss),
}
