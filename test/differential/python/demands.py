"""Stage demands (spec/bundle, section 8)."""

import base64
import datetime
import hashlib
import re

from tables import CONSTANTS

TOLERANCE = CONSTANTS["limits"]["futureToleranceSeconds"]


class Demands:
    def __init__(self):
        self.findings = []

    def holds(self, code, is_so):
        if not is_so:
            self.findings.append(code)


def demands_of(evidence):
    """Of a bundle."""
    options, docs, note, run = evidence.options, evidence.docs, evidence.note, evidence.run
    demands = common(options, note, docs.records)
    demands.holds("OTHER_RUN", options.get("run", run["id"]) == run["id"])
    given = {sha256: base64.b64decode(data) for sha256, data in options.get("artifacts", {}).items()}
    for one in docs.manifest["external"]:
        data = given.get(one["sha256"])
        fits = data is None or (hashlib.sha256(data).hexdigest(), str(len(data))) == (one["sha256"], one["size"])
        demands.holds("ARTIFACT_MISMATCH", fits)
        demands.holds("ARTIFACTS_MISSING", data is not None or not options.get("requireArtifacts"))
    same = [one for one in evidence.held if (one.origin, one.size) == (note.origin, note.size)]
    demands.holds("ROOT_DIVERGED", all(one.root == note.root for one in same))
    demands.holds("RUN_NOT_COMPLETE", run["completeness"] == "complete" or not options.get("requireCompleteRun"))
    asked = run["voices"] is not None and run["voices"]["warehouse"]["completeness"] in ("asked", "not-needed")
    demands.holds("WAREHOUSE_NOT_ASKED", asked or not options.get("requireWarehouse"))
    return demands.findings + evidence.of_sources


def common(options, note, records):
    """What may be asked of bundles and logs."""
    demands, genesis = Demands(), records[0].leaf
    demands.holds("OTHER_ORIGIN", options.get("origin", note.origin) == note.origin)
    demands.holds("OTHER_GENESIS", options.get("genesis", genesis) == genesis)
    demands.holds("SIZE_TOO_SMALL", note.size >= int(options.get("minSize", "0")))
    if "maxAge" in options:
        age = milliseconds(options.get("now")) - milliseconds(records[-1].value["recordedat"])
        demands.holds("TOO_OLD", age <= options["maxAge"] * 1000)
        demands.holds("RECORDED_IN_FUTURE", age >= -TOLERANCE * 1000)
    return demands


def milliseconds(instant):
    """Since 1970, what is finer cut off; of now where there is no instant."""
    if instant is None:
        return int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
    year, month, day, hour, minute, second = map(int, re.findall(r"[0-9]+", instant)[:6])
    fraction = re.search(r"\.([0-9]{1,3})", instant)
    # Of year 0, which Python does not have: 400 years are 146,097 days.
    date = datetime.date(year + 400, month, day).toordinal() - 146097 - datetime.date(1970, 1, 1).toordinal()
    seconds = ((date * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1000 + (int(fraction.group(1).ljust(3, "0")) if fraction else 0)
