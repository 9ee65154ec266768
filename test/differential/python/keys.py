"""The fold of the genesis record and `ledger-keys` (spec/log, section 8)."""

from algorithms import ALGORITHMS


class Key:
    def __init__(self, value, start):
        self.id, self.purpose, self.public = value["id"], value["purpose"], bytes.fromhex(value["public"])
        self.algorithm = ALGORITHMS[value["alg"]]
        self.start, self.end, self.compromised = start, float("inf"), False

    def valid_at(self, position):
        return self.start <= position < self.end


class Keys:
    """The keys by their ids, and the findings of the stage."""

    def __init__(self, genesis, records):
        self.known, self.findings = {}, []
        for value in genesis.data["keys"]:
            self.introduce(value, 0, value["purpose"] == "ledger")
        for value in genesis.data["roots"]:
            self.form(value)
        for record in records:
            if record.type.startswith("dev.clyra.ledger.key.introduced."):
                if record.data["replaces"] is not None and record.data["replaces"] not in self.known:
                    self.findings.append("KEY_UNKNOWN")
                key = record.data["key"]
                self.introduce(key, record.position, key["purpose"] != "ledger")
            elif record.type == "dev.clyra.ledger.key.revoked.v1":
                self.revoke(record)

    def form(self, value):
        public = bytes.fromhex(value["public"])
        algorithm = ALGORITHMS[value["alg"]]
        if algorithm.key_id(public) != value["id"] or not algorithm.is_key(public):
            self.findings.append("KEY_MALFORMED")

    def introduce(self, value, position, belongs):
        self.form(value)
        if not belongs:
            self.findings.append("KEY_PURPOSE")
        if value["id"] in self.known:
            self.findings.append("KEY_REUSED")
        else:
            self.known[value["id"]] = Key(value, position)

    def revoke(self, record):
        key = self.known.get(record.data["id"])
        if key is None:
            self.findings.append("KEY_UNKNOWN")
            return
        since, reason = record.data["compromisedSince"], record.data["reason"]
        if since is not None and (int(since) > record.position or reason != "compromised"):
            self.findings.append("KEY_REVOCATION_INVALID")
        key.end = min(key.end, record.position if since is None else int(since))
        key.compromised = key.compromised or reason == "compromised"

    def tighten(self, later):
        """Judges by what a later fold knows too: the earlier end of each key, and compromised what either calls so."""
        for name, key in self.known.items():
            known = later.known.get(name)
            if known is not None:
                key.end = min(key.end, known.end)
                key.compromised = key.compromised or known.compromised
