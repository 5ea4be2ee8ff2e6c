#!/usr/bin/env python3
"""Loads the same events into skep, DuckDB and ClickHouse, times the same queries, compares answers.

See README.md beside this file for what is measured and what is fair.
"""

import argparse
import copy
import json
import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from importlib import metadata

import answers
import measure
import report
import schema as schemas
import translate
from skep import Skep

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(HERE))
PEERS = ("duckdb", "clickhouse")
DIALECTS = {"duckdb": translate.DuckDB, "clickhouse": translate.ClickHouse}
SAMPLE = "{sample}"


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000, help="events to generate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", metavar="FILE", help="NDJSON to load instead of generating")
    parser.add_argument("--queries", metavar="FILE", default=os.path.join(HERE, "queries.ndjson"),
                        help="queries in the form of `skep bench`")
    parser.add_argument("--schema", metavar="FILE",
                        help="a .schema.json for --data (default: read it from the data)")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bandwidth", type=float, default=22, metavar="GB/S",
                        help="what the memory of this machine delivers (default: 22)")
    parser.add_argument("--skep", metavar="PATH", help="the skep program, built for release")
    parser.add_argument("--out", metavar="DIR",
                        default=os.path.join(PACKAGE, "Benchmarks", "Results"))
    parser.add_argument("--scratch", metavar="DIR",
                        help="keep data and stores here (default: a temporary folder, removed)")
    return parser.parse_args()


class Run:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        program = Skep.find(options.skep, PACKAGE)
        self.skep = Skep(program, self.path("skep"), options.threads) if program else None
        self.schema, self.data, self.whole, self.samples = None, options.data, None, {}
        self.bytes_read = {}
        self.results = {
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "machine": measure.machine(), "bandwidth": options.bandwidth,
            "threads": options.threads, "runs": options.runs,
            "versions": {"duckdb": metadata.version("duckdb"),
                         "clickhouse": f"(chDB {metadata.version('chdb')})"},
            "load": {}, "memory": {}, "queries": []}
        if self.skep:
            self.results["versions"]["skep"] = self.skep.version().removeprefix("skep ")

    def path(self, name):
        return os.path.join(self.scratch, name)

    def peer(self, engine, task, **details):
        return measure.peer(engine, task, self.scratch, store=self.path(engine),
                            threads=self.options.threads, **details)

    # MARK: data and schema

    def prepare(self):
        if self.data:
            self.data = os.path.abspath(self.data)
            self.results["data"] = f"Events of {os.path.basename(self.data)}"
        else:
            self.generate()
        if self.options.schema or not self.options.data:
            path = self.options.schema or os.path.join(HERE, "ddl", "shop.schema.json")
            self.schema = schemas.load(path)
            unknown = schemas.unknown_fields(self.schema, self.data)
            if unknown:
                raise SystemExit(f"{path} lacks fields of the data: {', '.join(unknown)}; "
                                 "run ddl/write.py")
        else:
            say("reading the schema from the data")
            self.schema = schemas.infer(self.data, self.path("flat.ndjson"))
            schemas.save(self.schema, self.scratch, "data")

    def generate(self):
        if not self.skep:
            raise SystemExit("no skep program: build with `swift build -c release`, or give --skep")
        end = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
        end -= timedelta(hours=1)
        self.data = self.path("events.ndjson")
        say(f"generating {self.options.events:,} events")
        self.skep.generate(self.options.events, self.options.seed,
                           end.strftime("%Y-%m-%dT%H:%M:%SZ"), "6h", self.data)
        self.results["data"] = (f"{self.options.events:,} generated events (seed"
                                f" {self.options.seed}, 6 h, {os.path.getsize(self.data):,} bytes"
                                " of NDJSON)")

    # MARK: loads

    def load(self):
        with open(self.schema.get("flat", self.data), "rb") as file:
            while file.read(1 << 24):  # all three read the events from the page cache
                pass
        for engine in ("skep", *PEERS):
            if os.path.isdir(self.path(engine)):
                shutil.rmtree(self.path(engine))
            elif os.path.exists(self.path(engine)):
                os.remove(self.path(engine))
        for engine in PEERS:
            say(f"loading into {report.TITLES[engine]}")
            ddl = schemas.duckdb_ddl if engine == "duckdb" else schemas.clickhouse_ddl
            run = self.peer(engine, "load", schema=self.schema, ddl=ddl(self.schema),
                            data=self.schema.get("flat", self.data))
            entry = dict(run["result"], peak=run["peak"], cpu_seconds=run["cpu_seconds"])
            self.results["load"][engine] = entry
            if engine == "clickhouse":
                version = self.results["versions"][engine]
                self.results["versions"][engine] = f"{entry.pop('version')} {version}"
        if self.skep:
            say("loading into skep")
            run = self.skep.load(self.data)
            self.results["load"]["skep"] = {
                "events": self.results["load"]["duckdb"]["events"], "seconds": run["seconds"],
                "bytes": run["bytes"], "peak": run["peak"], "cpu_seconds": run["cpu_seconds"],
                "report": run["result"], "stored": self.skep.stored()}

    # MARK: queries

    def read_queries(self):
        with open(self.options.queries, encoding="utf-8") as file:
            queries = [json.loads(line) for line in file if line.strip()]
        wanted = [item["column"] for query in queries for item in query["query"].get("filters") or []
                  if item.get("value") == SAMPLE]
        run = self.peer("duckdb", "describe", schema=self.schema, samples=sorted(set(wanted)))
        low, high = run["result"]["low"] // 10**9, run["result"]["high"] // 10**9 + 1
        self.whole, self.samples = (low, high), run["result"]["samples"]
        for query in queries:
            query["query"] = self.anchored(query["query"])
        with open(self.path("queries.ndjson"), "w", encoding="utf-8") as file:
            for query in queries:
                line = {key: value for key, value in query.items() if key != "sql"}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return queries

    def anchored(self, spec):
        """The specification with absolute times, relative ones ending with the data."""
        spec = copy.deepcopy(spec)
        length = spec.pop("time_range", None)
        if "start_time" in spec and length:
            spec["end_time"] = spec["start_time"] + length
        end = spec.setdefault("end_time", self.whole[1])
        spec.setdefault("start_time", end - length if length else self.whole[0])
        for item in spec.get("filters") or []:
            if item.get("value") == SAMPLE:
                item["value"] = self.samples[item["column"]]
        return spec

    def query(self):
        queries = self.read_queries()
        skep_answers = self.skep_answers(queries)
        statements = {engine: [] for engine in PEERS}
        references, roles = [], {}
        for query in queries:
            name, series = query["name"], not query.get("disable_series", False)
            row = {"name": name, "query": query["query"]}
            self.results["queries"].append(row)
            output = skep_answers.get(name)
            grid = answers.skep_grid(output) if isinstance(output, dict) else None
            for engine in PEERS:
                dialect = DIALECTS[engine](self.schema)
                given = (query.get("sql") or {}).get(engine)
                try:
                    sql, roles[name] = (given, None) if given else translate.statement(
                        dialect, query["query"], series, grid or (0.0, 100.0), whole=self.whole)
                except translate.Untranslatable as problem:
                    row.setdefault("problems", {})[engine] = str(problem)
                    continue
                row.setdefault("sql", {})[engine] = sql
                statements[engine].append({"name": name, "sql": sql})
                if engine == "clickhouse" and not given:
                    exact, _ = translate.statement(dialect, query["query"], series,
                                                   grid or (0.0, 100.0), True, self.whole)
                    references.append({"name": name, "sql": exact})
        self.time(statements)
        self.check(queries, statements, references, roles, skep_answers)

    def skep_answers(self, queries):
        found = {}
        for query in queries if self.skep else []:
            try:
                answer, _ = self.skep.answer(
                    query["query"], not query.get("disable_series", False))
                found[query["name"]] = answer
                # The process is new: what it read of the files is what the query needs.
                read = answer.get("statistics", {}).get("bytes_read")
                self.bytes_read[query["name"]] = read
            except (measure.Failed, ValueError) as problem:
                found[query["name"]] = str(problem)
        return found

    def time(self, statements):
        rows = {row["name"]: row for row in self.results["queries"]}
        for engine in PEERS:
            say(f"timing {report.TITLES[engine]}")
            run = self.peer(engine, "time", statements=statements[engine], runs=self.options.runs)
            for entry in run["result"]:
                rows[entry.pop("name")][engine] = entry
            idle = self.peer(engine, "idle")["peak"]
            self.results["memory"][engine] = {"queries": run["peak"], "idle": idle}
        if not self.skep:
            return
        say("timing skep")
        lines, peak = self.skep.bench(self.path("queries.ndjson"), self.options.runs)
        for name, row in rows.items():
            if name in lines:
                row["skep"] = {k: v for k, v in lines[name].items() if k != "name"}
                row["skep"]["bytes_read"] = self.bytes_read.get(name)
        version = measure.child([self.skep.program, "version"])
        self.results["memory"]["skep"] = {"queries": peak, "idle": version["peak"]}
        self.whole_processes(version)

    def whole_processes(self, version):
        """Start to exit of the commands that a person waits for."""
        spec = self.results["queries"][0]["query"]
        times = {"version": version["seconds"] * 1000,
                 "query": self.skep.answer(spec, False)[1]["seconds"] * 1000}
        trace = self.samples.get("trace.trace_id")
        if trace:
            command = ["trace", "peers", trace, "--format", "ndjson"]
            times["trace"] = self.skep.run(*command)["seconds"] * 1000
        self.results["whole_process"] = times

    # MARK: answers

    def check(self, queries, statements, references, roles, skep_answers):
        say("comparing the answers")
        found = {engine: self.peer(engine, "answer", statements=statements[engine])["result"]
                 for engine in PEERS}
        exact = self.peer("clickhouse", "answer", statements=references)["result"]
        rows = {row["name"]: row for row in self.results["queries"]}
        for query in queries:
            name, spec, row = query["name"], query["query"], rows[query["name"]]
            reference = exact.get(name)
            if not isinstance(reference, list) or roles.get(name) is None:
                continue
            series = not query.get("disable_series", False)
            expected = answers.from_peer(reference, roles[name], self.schema, "clickhouse")
            row["groups"] = len(expected)
            candidates = {}
            for engine in PEERS:
                answer = found[engine].get(name)
                if isinstance(answer, list):
                    candidates[engine] = answers.from_peer(answer, roles[name], self.schema, engine)
            if isinstance(skep_answers.get(name), dict):
                candidates["skep"] = answers.from_skep(
                    skep_answers[name], spec, self.schema, series)
            row["agreement"], verdicts = {}, set()
            for engine in report.ENGINES:
                if engine in candidates:
                    verdict, detail = answers.compare(
                        expected, candidates[engine], engine, *self.limits(spec, series))
                    verdicts.add(verdict)
                    row["agreement"][engine] = f"{verdict}: {detail}"
                elif engine == "skep" and self.skep:
                    verdicts.add("no")
                    row["agreement"][engine] = f"no: {str(skep_answers.get(name))[:300]}"
            row["agrees"] = "no" if "no" in verdicts else "yes"

    @staticmethod
    def limits(spec, series):
        """Whether this is a heatmap, its limit, and the calculation that orders the groups."""
        calculations = spec.get("calculations") or [{"op": "COUNT"}]
        heat = any(c["op"] == "HEATMAP" for c in calculations)
        if series or not spec.get("breakdowns"):
            return heat, None, None
        ordered = [o for o in spec.get("orders") or [] if o.get("op")]
        first = translate.calculation_key(ordered[0] if ordered else calculations[0])
        return heat, spec.get("limit") or translate.DEFAULT_LIMIT, first

    def recompress(self):
        say("measuring ClickHouse with ZSTD")
        run = self.peer("clickhouse", "recompress", schema=self.schema, codec="ZSTD(3)")
        self.results["load"]["clickhouse"]["zstd_bytes"] = run["result"]["bytes"]


def main():
    options = arguments()
    scratch = options.scratch or tempfile.mkdtemp(prefix="skep-peers-")
    os.makedirs(scratch, exist_ok=True)
    run = Run(options, os.path.abspath(scratch))
    try:
        run.prepare()
        run.load()
        run.query()
        run.recompress()
        report.summarize(run.results)
        stem = report.write(run.results, options.out)
        print(report.markdown(run.results))
        say(f"written: {stem}.md and {stem}.json")
    finally:
        if not options.scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    disagree = [row["name"] for row in run.results["queries"] if row.get("agrees") == "no"]
    if disagree:
        say("answers disagree: " + ", ".join(disagree))
        sys.exit(1)


if __name__ == "__main__":
    main()
