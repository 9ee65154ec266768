"""RSASSA-PSS with SHA-256 and a salt of 32 bytes (spec/log, section 6.3; RFC 8017, 9.1.2)."""

import hashlib

EXPONENT = 65537
SALT = DIGEST = 32


def modulus_of(public):
    """n; None where the bytes are not the one form of an acceptable key."""
    k = len(public) - 38
    if not 384 <= k <= 1024:
        return None
    u16 = lambda number: number.to_bytes(2, "big")
    head = b"\x30\x82" + u16(k + 34) + bytes.fromhex("300d06092a864886f70d0101010500")
    head += b"\x03\x82" + u16(k + 15) + b"\x00\x30\x82" + u16(k + 10) + b"\x02\x82" + u16(k + 1) + b"\x00"
    number = public[len(head) : len(head) + k]
    if public != head + number + bytes.fromhex("0203010001") or number[0] < 0x80 or number[-1] % 2 == 0:
        return None
    return int.from_bytes(number, "big")


def is_key(public):
    return modulus_of(public) is not None


def verify(public, message, signature):
    n = modulus_of(public)
    if n is None or len(signature) != (n.bit_length() + 7) // 8 or int.from_bytes(signature, "big") >= n:
        return False
    encoded = pow(int.from_bytes(signature, "big"), EXPONENT, n).to_bytes(len(signature), "big")
    masked, digest, trailer = encoded[: -DIGEST - 1], encoded[-DIGEST - 1 : -1], encoded[-1]
    if trailer != 0xBC or masked[0] >= 0x80:
        return False
    block = bytes(one ^ other for one, other in zip(masked, mask(digest, len(masked))))
    # The first bit is no part of what was encoded.
    block = bytes([block[0] & 0x7F]) + block[1:]
    zeros, salt = block[: -SALT - 1], block[-SALT:]
    if any(zeros) or block[-SALT - 1] != 1:
        return False
    return hashlib.sha256(bytes(8) + hashlib.sha256(message).digest() + salt).digest() == digest


def mask(seed, length):
    """MGF1."""
    blocks = [hashlib.sha256(seed + counter.to_bytes(4, "big")).digest() for counter in range(length // 32 + 1)]
    return b"".join(blocks)[:length]
