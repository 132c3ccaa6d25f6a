"""One evaluator in a process of its own: how long it takes to be ready, and how much memory it needs.

    python -m tests.benchmarks.alone "plain walk" < cases.json

Without a name: the rules alone. Prints one line of JSON: milliseconds, megabytes, counts of modules.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    bare = len(sys.modules)
    start = time.perf_counter()
    from tests.benchmarks import evaluators
    from triage.knowledge import reader

    imported = time.perf_counter()
    knowledge = reader.load(Path(__file__).parent.parent.parent / "rules")
    read = time.perf_counter()
    built = first = read
    if sys.argv[1:]:
        name = sys.argv[1]
        cases = [{k: tuple(v) if isinstance(v, list) else v for k, v in case.items()} for case in json.load(sys.stdin)]
        begun = time.perf_counter()
        evaluator = evaluators.built(name, knowledge)
        built = read + time.perf_counter() - begun
        conclude = evaluators.one_by_one(name, evaluator)
        begun = time.perf_counter()
        conclude(cases[0])
        first = time.perf_counter() - begun + built
        for case in cases:
            conclude(case)
    ms = [round(1000 * (end - begin), 1) for begin, end in ((start, imported), (imported, read), (read, built),
                                                           (built, first))]
    print(json.dumps({**dict(zip(("import", "read", "build", "first"), ms, strict=True)), "memory": round(peak(), 1),
                      "modules": len(sys.modules) - bare}))


def peak() -> float:
    """The most memory that this process held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would give that of the process which started this one, if it held more
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


if __name__ == "__main__":
    main()
