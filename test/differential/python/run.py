"""What follows from a run's records (spec/bundle, section 6; spec/def)."""

from admission import canonical
from tables import CONSTANTS, LIMITS, is_text

RUN = CONSTANTS["run"]
STARTS = ("dev.clyra.run.started.v1", "dev.clyra.run.started.v2")
CLOSED, WINDOW = "dev.clyra.run.closed.v1", "dev.clyra.window.closed.v1"
LINKED = "dev.clyra.run.linked.v1"
MEASURED = ("unit", "from", "to", "count", "p50", "p95", "p99", "max", "budget")


class Run:
    def __init__(self, records):
        self.all = records
        self.valid = without_void(records)
        starts = self.of(*STARTS)
        self.start = starts[0] if starts else None
        self.closed = bool(self.of(CLOSED))
        self.gaps = sorted({gap.data["reason"] for gap in self.of("dev.clyra.run.gap.v1")})

    def of(self, *types):
        return [record for record in self.valid if record.type in types]

    def completeness(self, profile):
        """By the late words of the bundle's profile."""
        reasons = {*self.gaps, RUN["afterClose"]} if self.after_close(profile) else set(self.gaps)
        if reasons:
            return "partial", sorted(reasons)
        return ("complete", []) if self.closed else ("unknown", [RUN["notClosed"]])

    def after_close(self, profile):
        """Whether something was added behind the end of the run, or a window counted another number of records."""
        late = CONSTANTS["profiles"][profile]["lateWords"]
        rereads = [at for at, record in enumerate(self.all) if record.type == "dev.clyra.run.reread.v1"]
        begin = rereads[-1] + 1 if rereads else 0
        window, closed = False, False
        for record in self.all[begin:]:
            if (closed or (window and record.type != CLOSED)) and record.type not in late:
                return True
            if record.type == WINDOW:
                window = True
                if record.revision != int(record.data["records"]):
                    return True
            closed = closed or record.type == CLOSED
        return False

    def unlinked(self):
        """Whether a record names a stream without a link before it; behind the end of the run there are no links."""
        linked, closed = set(), False
        for record in self.all:
            named = [record.text(name) for name in RUN["streamMembers"].get(record.type, [])]
            if any(stream is not None and stream not in linked for stream in named):
                return True
            closed = closed or record.type == CLOSED
            if record.type == LINKED and not closed:
                linked.add(record.data["stream"])
        return False

    def profile(self):
        if self.start is None:
            return "def"
        tool = self.start.text("tool")
        if self.start.type == STARTS[0] and tool is None:
            tool = "dbt"
        table = CONSTANTS["profiles"]["def"]
        if tool in table["undecided"]:
            return "def" if any(one.type.startswith(RUN["voicedTypes"]) for one in self.all) else "pef"
        return "def" if tool in table["tools"] else "pef"

    def links(self):
        """The streams that are linked before the first end of the run, void or not."""
        found = set()
        for record in self.all:
            if record.type == CLOSED:
                break
            if record.type == LINKED:
                found.add(record.data["stream"])
        return found

    def artifacts(self):
        captured = self.of("dev.clyra.artifact.captured.v1")
        return {record.data["sha256"]: record.data["size"] for record in captured}

    def payout(self):
        value = self.start.member("payout") if self.start else None
        return value if isinstance(value, dict) else None

    def performance(self):
        last = {}
        for record in self.of("dev.clyra.metrics.observed.v1"):
            if record.text("what") is not None:
                last[(record.text("what"), record.text("subject"))] = record
        order = lambda key: (key[0].encode(), key[1] is not None, (key[1] or "").encode())
        kept = sum(record.member("within") is True for record in last.values())
        exceeded = sum(record.member("within") is False for record in last.values())
        observed = []
        for key in sorted(last, key=order)[: LIMITS["observed"]]:
            within = last[key].member("within")
            one = {"what": key[0], "subject": key[1], "within": within if isinstance(within, bool) else None}
            observed.append({**one, **{name: last[key].text(name) for name in MEASURED}})
        unlisted = max(0, len(last) - LIMITS["observed"])
        return {"observed": observed, "unlisted": str(unlisted), "kept": str(kept), "exceeded": str(exceeded)}

    def outcome(self):
        exits = self.of("dev.clyra.run.exited.v1")
        code = exits[-1].member("exitCode") if exits else None
        code = code if type(code) is int else None
        signalled = bool(exits) and exits[-1].text("signal") is not None
        if signalled or code in RUN["interruptedExitCodes"] or "process-signalled" in self.gaps or self.interrupted():
            return "interrupted"
        ends = [one.member("success") for one in self.of("dev.clyra.dbt.invocation.completed.v1")]
        if any(end is False for end in ends) or (code is not None and code != 0):
            return "failed"
        return "succeeded" if any(end is True for end in ends) or code == 0 else "unknown"

    def interrupted(self):
        last = {}
        for record in self.of("dev.clyra.dbt.node.executed.v1", "dev.clyra.dbt.test.result.v1"):
            if record.text("node") is not None:
                last[(record.type, record.text("voice"), record.text("node"))] = record.text("status")
        return "interrupted" in last.values()

    def voices(self):
        return {"claim": self.voice("claim"), "log": self.voice("log"), "warehouse": self.warehouse()}

    def voice(self, name):
        reasons = [reason for reason in self.gaps if RUN["gapVoices"].get(reason) == name]
        if not reasons and not self.closed:
            reasons = [RUN["notClosed"]]
        if any(voice_of(record) == name for record in self.valid):
            return {"completeness": "partial" if reasons else "complete", "reasons": reasons}
        return {"completeness": "missing" if reasons else "not-needed", "reasons": reasons}

    def warehouse(self):
        reasons, phases = set(), {}
        for phase in ("before", "after"):
            phases[phase] = self.phase(phase)
            reasons |= phases[phase]
        read, built = self.read(), self.built()
        if not phases["after"] and built - read:
            reasons.add("relations-not-read")
        if not reasons:
            return {"completeness": "asked", "reasons": []}
        commands = [one.text("command") for one in self.of("dev.clyra.dbt.invocation.started.v1")]
        commands = [command for command in commands if command is not None]
        if commands and set(commands) <= set(RUN["commandsWithoutWarehouse"]):
            return {"completeness": "not-needed", "reasons": []}
        partly = bool(read) or not all(phases.values())
        return {"completeness": "partly" if partly else "not-asked", "reasons": sorted(reasons)}

    def phase(self, phase):
        anchors = [one for one in self.valid if one.type.startswith("dev.clyra.anchor.")]
        codes = set()
        for anchor in anchors:
            if anchor.member("phase") != phase:
                continue
            if anchor.type != "dev.clyra.anchor.unavailable.v1":
                return set()
            code = anchor.member("code")
            codes.add(code.lower().replace("_", "-") if is_text(code, r"[A-Z_]{1,64}") else "unknown")
        return {f"{phase}-{code}" for code in codes or {"missing"}}

    def built(self):
        last = {}
        for record in self.of("dev.clyra.dbt.node.executed.v1"):
            if record.text("node") is not None and record.text("voice") in ("claim", "log"):
                last.setdefault(record.text("node"), {})[record.text("voice")] = record
        found = set()
        for node, voices in last.items():
            by = [voices[name] for name in ("claim", "log") if name in voices]
            materialized = next((one.text("materialized") for one in by if one.text("materialized") is not None), None)
            was = any(one.member("status") == "success" and isinstance(one.member("relation"), list) for one in by)
            if was and materialized != "ephemeral":
                found.add(node)
        return found

    def read(self):
        last = {}
        for record in self.of("dev.clyra.snapshot.relation.v1"):
            if record.text("node") is not None:
                last[(record.text("node"), canonical(record.member("relation")))] = record.member("present")
        return {node for (node, _), present in last.items() if isinstance(present, bool)}


def voice_of(record):
    for prefix, voice in RUN["voiceOfTypes"].items():
        if record.type.startswith(prefix):
            return voice
    return record.text("voice") if record.type.startswith(RUN["voicedTypes"]) else None


def without_void(records):
    voided = set()
    for at, reread in enumerate(records):
        if reread.type != "dev.clyra.run.reread.v1":
            continue
        for earlier in range(at):
            record = records[earlier]
            if record.type in RUN["voidedByReread"] or voice_of(record) in reread.data["voices"]:
                voided.add(earlier)
    return [record for at, record in enumerate(records) if at not in voided]
