#!/usr/bin/env python3
"""Stores of unusual shapes: many segments, 20,000 columns, 5 columns; and bytes by column.

Prints Markdown tables: what the page Results/<date>-shapes.md is made of.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(PACKAGE, "Benchmarks", "Peers"))
import measure  # noqa: E402

NAMES, SERVICES, USERS = 40, 12, 50_000
MANY_NAMES = 20_000


def run(command, **options):
    """A command's output; ends the script when it fails."""
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def milliseconds(command, runs):
    """The least and the median wall time of a whole process, and the median of its CPU time."""
    found = [measure.child(command) for _ in range(runs)]
    wall = sorted(item["seconds"] * 1e3 for item in found)
    cpu = sorted(item["cpu_seconds"] * 1e3 for item in found)
    return wall[0], wall[runs // 2], cpu[runs // 2]


def event(number, moment, rng, extra):
    """A line with the five common fields, and `extra` of 20,000 others."""
    fields = {
        "time": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "name": f"GET /p/{number % NAMES}",
        "service": f"s{number % SERVICES}", "duration_ms": round(rng.lognormvariate(2, 1), 3),
        "status": 200 if rng.random() < 0.97 else 500, "user": f"u-{rng.randrange(USERS)}"}
    for _ in range(extra):
        # Some names are in many events, most in few.
        name = f"attr.{min(MANY_NAMES - 1, int(MANY_NAMES * rng.random() ** 2)):05d}"
        number = int(name[5:])
        fields[name] = (rng.randrange(1_000), f"v{rng.randrange(50)}",
                        round(rng.random() * 100, 2))[number % 3]
    return json.dumps(fields, separators=(",", ":")) + "\n"


def write_events(path, events, extra, start, span):
    rng = random.Random(7)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(events):
            file.write(event(number, start + span * (number / events), rng, extra))


def bench(skep, store, queries, folder, runs=9):
    """Each query's line of `skep bench`."""
    path = os.path.join(folder, "queries.ndjson")
    with open(path, "w", encoding="utf-8") as file:
        for name, query in queries:
            file.write(json.dumps({"name": name, "query": query}) + "\n")
    lines = run([skep, "--store", store, "bench", "d", "--queries", path, "--runs", str(runs)])
    return [json.loads(line) for line in lines.splitlines()]


def spans(start, end):
    return {"start_time": int(start.timestamp()), "end_time": int(end.timestamp()) + 1}


def many_segments(skep, folder, per_hour):
    """60 days of 24 segments: a load for each hour of the shop's spans."""
    store = os.path.join(folder, "hours")
    end = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(days=60)
    for hour in range(60 * 24):
        until = start + timedelta(hours=hour + 1)
        lines = run([skep, "generate", "--events", str(per_hour), "--seed", str(hour + 1),
                     "--span", "1h", "--end", until.strftime("%Y-%m-%dT%H:%M:%SZ")])
        run([skep, "--store", store, "load", "d", "-", "--retention", "none"], input=lines)
    segments = json.loads(run([skep, "--store", store, "stats", "d", "--format", "json"]))
    print(f"\n## {segments['segments']} segments on {segments['days']} days, "
          f"{segments['events']} events\n")
    print("| what | least ms | median ms | CPU ms |\n| --- | ---: | ---: | ---: |")
    whole = ["--start", start.isoformat(), "--end", end.isoformat(), "VISUALIZE COUNT"]
    commands = [
        ("`skep version`: a process that opens nothing", [skep, "version"]),
        ("`skep datasets`: opens the store", [skep, "--store", store, "datasets"]),
        ("`skep query`, the last two hours",
         [skep, "--store", store, "query", "d", "VISUALIZE COUNT"]),
        ("`skep query`, COUNT of everything", [skep, "--store", store, "query", "d", *whole]),
    ]
    for name, command in commands:
        print(f"| {name} | " + " | ".join(f"{t:.1f}" for t in milliseconds(command, 15)) + " |")
    print("\n| query over everything | first ms | median ms |\n| --- | ---: | ---: |")
    for name, query in shop_queries(spans(start, end)):
        # A process for each: the first query is the one that opens the segments.
        item = bench(skep, store, [(name, query)], folder)[0]
        print(f"| {name} | {item['first_ms']:.1f} | {item['median_ms']:.1f} |")


def shop_queries(times):
    count = {"calculations": [{"op": "COUNT"}]}
    p95 = {"calculations": [{"op": "P95", "column": "duration_ms"}]}
    return [
        ("COUNT", {**count, **times}),
        ("P95(duration_ms) by service.name", {**p95, "breakdowns": ["service.name"], **times}),
        ("COUNT by user.id", {**count, "breakdowns": ["user.id"], **times}),
        ("a trace id that is nowhere",
         {**count, "filters": [{"column": "trace.trace_id", "op": "=", "value": "f" * 32}],
          **times}),
    ]


def common_queries(times):
    count = {"calculations": [{"op": "COUNT"}]}
    return [
        ("COUNT", {**count, **times}),
        ("P95(duration_ms) by service",
         {"calculations": [{"op": "P95", "column": "duration_ms"}], "breakdowns": ["service"],
          **times}),
        ("COUNT by user", {**count, "breakdowns": ["user"], **times}),
        ("COUNT, AVG(duration_ms) by name where status = 500",
         {"calculations": [{"op": "COUNT"}, {"op": "AVG", "column": "duration_ms"}],
          "filters": [{"column": "status", "op": "=", "value": 500}], "breakdowns": ["name"],
          **times}),
    ]


def columns(skep, folder, events):
    """The same five columns alone, and with five of 20,000 others in each event."""
    start = datetime.now(timezone.utc) - timedelta(hours=6)
    span = timedelta(hours=5)
    times = spans(start, start + span)
    found = {}
    print(f"\n## 5 and 20,005 columns, {events} events\n")
    for label, extra in (("5 columns", 0), ("20,005 columns", 5)):
        path, store = os.path.join(folder, "events.ndjson"), os.path.join(folder, f"c{extra}")
        write_events(path, events, extra, start, span)
        loaded = measure.child([skep, "--store", store, "load", "d", path, "--format", "json"])
        report = json.loads(loaded["stdout"])
        stats = json.loads(run([skep, "--store", store, "stats", "d", "--format", "json"]))
        more = common_queries(times)
        if extra:
            more += [
                ("COUNT by a common attribute",
                 {"calculations": [{"op": "COUNT"}], "breakdowns": ["attr.00001"], **times}),
                ("COUNT where a rare attribute exists",
                 {"calculations": [{"op": "COUNT"}],
                  "filters": [{"column": "attr.19999", "op": "exists"}], **times})]
        command = [skep, "--store", store, "events", "d", "--limit", "100"]
        found[label] = {
            "columns": stats["columns"], "bytes an event": stats["bytes"] / stats["events"],
            "load, events/s": report["events_per_second"],
            "load, MB/s of JSON": os.path.getsize(path) / 1e6 / loaded["seconds"],
            "load, peak MiB": loaded["peak"] / 2**20,
            "`skep events --limit 100`, ms": milliseconds(command, 5)[1],
            "`skep verify`, ms": milliseconds(
                [skep, "--store", store, "verify"], 3)[1],
            **{f"{item['name']}, ms": item["median_ms"]
               for item in bench(skep, store, more, folder)}}
    print("| | " + " | ".join(found) + " |\n| --- |" + " ---: |" * len(found))
    for row in list(found.values())[-1]:
        cells = [column.get(row) for column in found.values()]
        text = ["" if cell is None else f"{cell:,.0f}" if cell >= 1_000 or cell == int(cell)
                else f"{cell:.2f}" for cell in cells]
        print(f"| {row} | " + " | ".join(text) + " |")


def sizes(skep, store, dataset, ids):
    """Bytes an event by part and by column, with and without ids."""
    stats = json.loads(run([skep, "--store", store, "stats", dataset, "--format", "json"]))
    events = stats["events"]
    by_column = sorted(stats["bytes_by_column"].items(), key=lambda item: -item[1])
    present = {item["name"]: item for item in json.loads(
        run([skep, "--store", store, "columns", dataset, "--format", "json"]))["columns"]}
    print(f"\n## Bytes an event, {events} events, {stats['columns']} columns\n")
    print("| part | bytes an event |\n| --- | ---: |")
    for part, size in stats["bytes_by_part"].items():
        print(f"| {part} | {size / events:.2f} |")
    of_ids = sum(size for name, size in by_column if name in ids)
    print(f"| **all** | **{stats['bytes'] / events:.2f}** |")
    print(f"| of it ids ({', '.join(ids)}) | {of_ids / events:.2f} |")
    print(f"| without ids | {(stats['bytes'] - of_ids) / events:.2f} |")
    print("\n| column | in % of events | bytes an event | bytes a value |")
    print("| --- | ---: | ---: | ---: |")
    for name, size in by_column:
        count = present[name]["events"]
        print(f"| {name} | {count / events:.1%} | {size / events:.3f} | {size / count:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--skep", default=os.path.join(PACKAGE, ".build", "release", "skep"))
    parser.add_argument("--events", type=int, default=500_000, help="of the stores of columns")
    parser.add_argument("--per-hour", type=int, default=500, help="of the store of segments")
    parser.add_argument("--store", help="also list the bytes of this store's columns")
    parser.add_argument("--dataset", default="shop")
    parser.add_argument("--ids", nargs="*", default=[
        "trace.trace_id", "trace.span_id", "trace.parent_id"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skep-shapes") as folder:
        many_segments(given.skep, folder, given.per_hour)
        columns(given.skep, folder, given.events)
    if given.store:
        sizes(given.skep, given.store, given.dataset, given.ids)
    print(f"\nLoad average at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
