"""Write what is known of the model and the demo that ship, for the self-test: resources/demo/known.json (torch).

Run on a CPU after the starter or the demo has changed: ``python -m tools.demo.known_result``.
"""

import json

from m2fnet_core.analysis.report import Report
from m2fnet_core.base.files import write_whole
from m2fnet_core.bundle.card import STARTER
from m2fnet_core.bundle.shelf import hashes
from m2fnet_core.machine.places import KNOWN
from m2fnet_core.machine.self_test import demo_result


def main() -> None:
    """Analyse, hash, write."""
    report = demo_result(device="cpu")
    assert isinstance(report, Report), report
    result = [{label: round(p, 4) for label, p in each.probabilities.items()} for each in report.utterances]
    files = {name: sha for name, sha in hashes(STARTER).items() if not name.endswith((".png", ".md"))}
    body = {"files": files, "result": result}
    write_whole(KNOWN, (json.dumps(body, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
