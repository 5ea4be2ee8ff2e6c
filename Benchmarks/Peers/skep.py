"""Drives the skep program by its command-line contract."""

import json
import os
import shutil

import measure
from peers import store_bytes

DATASET = "peers"


class Skep:
    def __init__(self, program, store, threads):
        self.program, self.store, self.threads = program, store, threads

    @staticmethod
    def find(given, package):
        """The given program, the release build of this package, or the one in PATH."""
        built = os.path.join(package, ".build", "release", "skep")
        for path in (given, built, shutil.which("skep")):
            if path and os.access(path, os.X_OK):
                return os.path.abspath(path)
        return None

    def run(self, *arguments, **options):
        return measure.child([self.program, "--store", self.store, *arguments], **options)

    def version(self):
        return measure.child([self.program, "version"])["stdout"].strip()

    def generate(self, events, seed, end, span, path):
        return measure.child([self.program, "generate", "--events", str(events), "--seed", str(seed),
                              "--end", end, "--span", span, "--out", path])

    def load(self, path):
        run = self.run("load", DATASET, path, "--retention", "none", "--format", "json",
                       "--threads", str(self.threads), allowed=(0, 2))
        try:
            run["result"] = json.loads(run["stdout"])
        except ValueError:
            run["result"] = {}
        run["bytes"] = store_bytes(self.store)
        return run

    def stored(self):
        """Bytes by part and by column."""
        stats = json.loads(self.run("stats", DATASET, "--format", "json")["stdout"])
        return {key: stats[key] for key in ("bytes", "bytes_by_part", "bytes_by_column")}

    def bench(self, queries, runs):
        """The lines of `skep bench` by query name, and the largest peak memory.

        One process runs them all; only if it fails does each query get its own.
        """
        try:
            return self._bench(queries, runs)
        except measure.Failed:
            return self._bench_each(queries, runs)

    def _bench(self, queries, runs):
        run = self.run("bench", DATASET, "--queries", queries, "--runs", str(runs),
                       "--threads", str(self.threads))
        lines = [json.loads(line) for line in run["stdout"].splitlines() if line.strip()]
        return {line["name"]: line for line in lines}, run["peak"]

    def _bench_each(self, queries, runs):
        found, peak = {}, 0
        with open(queries, encoding="utf-8") as file:
            items = [line for line in file if line.strip()]
        single = queries + ".one"
        for item in items:
            with open(single, "w", encoding="utf-8") as file:
                file.write(item)
            name = json.loads(item)["name"]
            try:
                lines, one = self._bench(single, runs)
                found[name], peak = lines[name], max(peak, one)
            except measure.Failed as problem:
                found[name] = {"error": str(problem)[-300:]}
        os.remove(single)
        return found, peak

    def answer(self, spec, series):
        arguments = ["query", DATASET, "--spec", "-", "--format", "json"]
        if not series:
            arguments.append("--disable-series")
        run = self.run(*arguments, stdin=json.dumps(spec))
        return json.loads(run["stdout"]), run
