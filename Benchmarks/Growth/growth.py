#!/usr/bin/env python3
"""One table at growing sizes: load rate, bytes an event, memory, and the time of each query.

Events are generated into a pipe, never onto the disk. Writes Results/<date>-growth.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(PACKAGE, "Benchmarks", "Peers"))
import measure  # noqa: E402

SPAN_HOURS = 6


def load(skep, store, events, end):
    """Loads generated events from a pipe; returns seconds, peak bytes and the report."""
    generate = subprocess.Popen(
        [skep, "generate", "--events", str(events), "--seed", "1", "--span", f"{SPAN_HOURS}h",
         "--end", end], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            [skep, "--store", store, "load", "growth", "-", "--retention", "none", "--format",
             "json"], stdin=generate.stdout, stdout=out, stderr=subprocess.DEVNULL)
        generate.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        generate.wait()
        out.seek(0)
        report = json.loads(out.read())
    if process.returncode != 0:
        raise SystemExit(f"the load ended with {process.returncode}")
    return seconds, usage.ru_maxrss * 1024, report


def samples(skep, store):
    """A trace id and a user id that occur."""
    found = {}
    for name in ("trace.trace_id", "user.id"):
        line = measure.child([skep, "--store", store, "events", "growth", "--where",
                              f"{name} exists", "--limit", "1"])["stdout"].splitlines()[0]
        fields = json.loads(line)
        found[name] = fields.get("data", fields)[name]
    return found


def queries(path, known, end):
    """The peers' queries over all of the data, by name, each as the line of a file."""
    last = int(end.timestamp())
    found = {}
    with open(path, encoding="utf-8") as source:
        for line in source:
            item = json.loads(line)
            spec = item["query"]
            for condition in spec.get("filters", []):
                if condition.get("value") == "{sample}":
                    condition["value"] = known[condition["column"]]
            length = spec.pop("time_range", SPAN_HOURS * 3600 + 60)
            spec["start_time"], spec["end_time"] = last - length, last + 1
            found[item["name"]] = json.dumps({**item, "query": spec}) + "\n"
    return found


def bench(skep, result, name, runs, path):
    """Times a query in a process of its own; keeps its line where it was the fastest so far."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(result["lines"][name])
    known = result["queries"].get(name)
    try:
        one = measure.child([skep, "--store", result["store"], "bench", "growth", "--queries", path,
                             "--runs", str(runs)])
        line = json.loads(one["stdout"])
        result["bench_peak"] = max(result["bench_peak"], one["peak"])
        if not known or "error" in known or line["median_ms"] < known["median_ms"]:
            result["queries"][name] = line
    except measure.Failed as problem:
        if not known:
            result["queries"][name] = {"error": str(problem).split("error: ")[-1].strip()}


def run(skep, sizes, runs, rounds, scratch):
    end = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    end -= timedelta(hours=1)
    results = []
    for events in sizes:
        store = os.path.join(scratch, f"store-{events}")
        print(f"loading {events:,} events", file=sys.stderr, flush=True)
        seconds, peak, report = load(skep, store, events, end.strftime("%Y-%m-%dT%H:%M:%SZ"))
        size = sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(store) for name in names)
        lines = queries(os.path.join(PACKAGE, "Benchmarks", "Peers", "queries.ndjson"),
                        samples(skep, store), end)
        results.append({"events": events, "seconds": seconds, "load_peak": peak, "bytes": size,
                        "report": report, "store": store, "lines": lines, "bench_peak": 0,
                        "queries": {}})
    # In turns: a machine that others use is slower at one time than at another, for all sizes.
    path = os.path.join(scratch, "query.ndjson")
    for number in range(rounds):
        print(f"timing, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        for name in results[0]["lines"]:
            for result in results:
                bench(skep, result, name, runs, path)
    return results


def markdown(results, machine, runs, rounds):
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    memory = machine["memory_bytes"] / 2**30
    head = " | ".join(f"{r['events']:,}" for r in results)
    rule = " ---: |" * len(results)
    lines = [f"# One table at growing sizes, {date}", "",
             f"Generated events over {SPAN_HOURS} hours, seed 1, from a pipe. {machine['cpu']},"
             f" {machine['cores']} cores, {memory:.0f} GiB. The generator runs beside the load.", "",
             f"| | {head} |", f"| --- |{rule}"]

    def row(title, text):
        lines.append(f"| {title} | " + " | ".join(text(r) for r in results) + " |")

    row("load, events/s", lambda r: f"{r['events'] / r['seconds']:,.0f}")
    row("bytes an event", lambda r: f"{r['bytes'] / r['events']:.1f}")
    row("peak memory of the load, MiB", lambda r: f"{r['load_peak'] / 2**20:.0f}")
    row("peak memory of the queries, MiB", lambda r: f"{r['bench_peak'] / 2**20:.0f}")
    lines += ["", f"Queries: median of {runs} runs, the least of {rounds} such medians, taken in turns with"
              " those of the other sizes, ms; behind it, how many times that of the first size.", "",
              f"| query | {head} |", f"| --- |{rule}"]
    for name, first in results[0]["queries"].items():
        def cell(r):
            if "error" in r["queries"][name]:
                return "memory limit" if "memory limit" in r["queries"][name]["error"] else "error"
            median = r["queries"][name]["median_ms"]
            if "error" in first:
                return f"{median:.2f}"
            times = "" if r is results[0] else f" (×{median / first['median_ms']:.1f})"
            return f"{median:.2f}{times}"
        row(name, cell)
    answered = [line for line in results[-1]["queries"].values() if "median_ms" in line]
    slowest = max(answered, key=lambda line: line["median_ms"])
    lines += ["", f"Slowest at {results[-1]['events']:,} events: {slowest['name']},"
              f" {slowest['median_ms']:.0f} ms."]
    return "\n".join(lines) + "\n", date


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="2000000,10000000,50000000",
                        help="numbers of events, with commas between")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skep", default=os.path.join(PACKAGE, ".build", "release", "skep"))
    parser.add_argument("--out", default=os.path.join(PACKAGE, "Benchmarks", "Results"))
    parser.add_argument("--scratch", help="where stores are made (default: a temporary folder)")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        results = run(os.path.abspath(options.skep), sizes, options.runs, options.rounds, scratch)
    text, date = markdown(results, measure.machine(), options.runs, options.rounds)
    os.makedirs(options.out, exist_ok=True)
    path = os.path.join(options.out, f"{date}-growth.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(path)


if __name__ == "__main__":
    main()
