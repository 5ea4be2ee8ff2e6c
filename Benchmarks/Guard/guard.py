#!/usr/bin/env python3
"""Counts the instructions of a few queries under callgrind and compares them with thresholds.

Instructions hardly vary between machines and runs, so a crossing means that the code changed:
make it faster again, or say in the change why it must be so and run this with --record.
Callgrind knows no AVX-512: the kernels take their AVX2 or portable forms.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(HERE))
THRESHOLDS = os.path.join(HERE, "thresholds.json")
EVENTS = 100_000
RUNS = 5  # measured runs of each query, after one to warm up
MARGIN = 1.15  # a recorded threshold is this much above the count

QUERIES = {
    "count": "VISUALIZE COUNT",
    "count by minute": "VISUALIZE COUNT GRANULARITY 60",
    "percentiles by service": "VISUALIZE P50(duration_ms), P99(duration_ms) GROUP BY service.name",
    "heatmap of one route": 'VISUALIZE HEATMAP(duration_ms) WHERE http.route = "/checkout"',
    "errors by service": "VISUALIZE COUNT GROUP BY service.name WHERE error = true",
    "top users": "VISUALIZE COUNT GROUP BY user.id LIMIT 10",
    "contains": 'VISUALIZE COUNT WHERE db.statement contains "SKU-0001"',
    "distinct users": "VISUALIZE COUNT_DISTINCT(user.id) GROUP BY http.route",
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


def instructions(skep, store, queries, runs):
    """Instructions of a whole `skep bench` process."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        run("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", skep, "--store", store,
            "bench", "guard", "--queries", queries, "--runs", str(runs), "--threads", "1")
        with open(out, encoding="utf-8", errors="replace") as file:
            found = re.search(r"^(?:summary|totals): (\d+)", file.read(), re.MULTILINE)
    if not found:
        raise SystemExit("callgrind gave no count")
    return int(found.group(1))


def specification(skep, store, text):
    """The normalized specification of a query text."""
    answer = json.loads(run(skep, "--store", store, "query", "guard", text, "--last", "2h",
                            "--format", "json", "--disable-series").stdout)
    return answer["query"]


def measure(skep):
    counts = {}
    with tempfile.TemporaryDirectory() as scratch:
        # valgrind 3.19 gives up over newer forms of debug information.
        stripped = os.path.join(scratch, "skep")
        run("strip", "-o", stripped, skep)
        skep = stripped
        store, data = os.path.join(scratch, "store"), os.path.join(scratch, "events.ndjson")
        run(skep, "generate", "--events", str(EVENTS), "--seed", "1", "--span", "1h",
            "--out", data)
        run(skep, "--store", store, "load", "guard", data)
        for name, text in QUERIES.items():
            path = os.path.join(scratch, "query.ndjson")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"name": name, "query": specification(skep, store, text),
                           "disable_series": "GRANULARITY" not in text}, file)
            more = instructions(skep, store, path, 1 + RUNS)
            less = instructions(skep, store, path, 1)
            counts[name] = (more - less) // RUNS
            print(f"{name}: {counts[name]:,} instructions", file=sys.stderr, flush=True)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skep", default=os.path.join(PACKAGE, ".build", "release", "skep"),
                        help="the program, built for release")
    parser.add_argument("--record", action="store_true", help="write new thresholds")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("valgrind is missing: apt-get install valgrind")
    counts = measure(options.skep)
    if options.record:
        with open(THRESHOLDS, "w", encoding="utf-8") as file:
            json.dump({name: int(count * MARGIN) for name, count in counts.items()}, file, indent=1)
            file.write("\n")
        return 0
    with open(THRESHOLDS, encoding="utf-8") as file:
        thresholds = json.load(file)
    above = [name for name in QUERIES if counts[name] > thresholds[name]]
    for name in above:
        print(f"error: {name} takes {counts[name]:,} instructions, the threshold is"
              f" {thresholds[name]:,}", file=sys.stderr)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
