"""The two peers, each run in a process of its own: one task as JSON on stdin, its result to a file.

Tasks: load, describe, time, answer, idle, and recompress (ClickHouse).
"""

import importlib
import json
import os
import statistics
import sys
import time

import schema as schemas


def store_bytes(path):
    """All bytes of a file, or of all files below a folder."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(path) for name in names)


class DuckDBPeer:
    def __init__(self, store, threads):
        import duckdb

        self.module, self.store, self.threads = duckdb, store, threads
        self.connection = duckdb.connect(store)
        self.connection.execute(f"SET threads = {threads}")

    def version(self):
        return self.module.__version__

    def load(self, schema, ddl, path):
        """Loads and checkpoints; file order is kept where it is time order, else sorted."""
        columns = [(schema["time"], "TIMESTAMP_NS"), (schema["rate"], "INTEGER")]
        columns += [(c["name"], schemas.duckdb_type(c)) for c in schema["columns"]]
        names = [schemas.duckdb_name(name) for name, _ in columns]
        names[1] = f"coalesce({names[1]}, 1)"
        types = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in columns)
        source = (f"read_json({_quoted(path)}, columns = {{{types}}},"
                  " format = 'newline_delimited')")
        order = "" if schema.get("ordered", True) else f" ORDER BY {names[0]}"
        self.connection.execute(ddl)
        # Threads append whole row groups in turn: faster and smaller than the strict order.
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute(f"INSERT INTO events SELECT {', '.join(names)} FROM {source}{order}")
        self.connection.execute("CHECKPOINT")

    def finish(self):
        self.connection.close()
        return store_bytes(self.store)

    def describe(self, schema, samples):
        time_name = schemas.duckdb_name(schema["time"])
        low, high = self.connection.execute(
            f"SELECT epoch_ns(min({time_name})), epoch_ns(max({time_name})) FROM events").fetchone()
        middle = f"make_timestamp_ns({(low + high) // 2})"
        found = {}
        for name in samples:
            column = schemas.duckdb_name(name)
            row = self.connection.execute(
                f"SELECT {column} FROM events WHERE {time_name} >= {middle}"
                f" AND {column} IS NOT NULL ORDER BY {time_name} LIMIT 1").fetchone()
            found[name] = row[0] if row else None
        return low, high, found

    def execute(self, sql):
        return len(self.connection.execute(sql).fetchall())

    def rows(self, sql):
        return [list(row) for row in self.connection.execute(sql).fetchall()]


class ClickHousePeer:
    def __init__(self, store, threads):
        from chdb import session

        self.session = session.Session(store)
        self.threads = threads
        self.session.query("CREATE DATABASE IF NOT EXISTS peers")
        self.session.query("USE peers")
        self.session.query(f"SET max_threads = {threads}, max_insert_threads = 1")
        # A filter remembered from the last run of the same query is an answer, not a warm read.
        self.session.query("SET use_query_condition_cache = 0, use_query_cache = 0")

    def version(self):
        return self._text("SELECT version()")

    def _text(self, sql):
        return self.session.query(sql, "TSV").bytes().decode().strip()

    def load(self, schema, ddl, path):
        self.session.query(ddl.strip().rstrip(";"))
        quoted = schemas.clickhouse_text(path)
        self.session.query(
            f"INSERT INTO events SELECT * FROM file({quoted}, 'JSONEachRow')"
            " SETTINGS date_time_input_format = 'best_effort'")

    def optimize(self, table="events"):
        self.session.query(f"OPTIMIZE TABLE {table} FINAL")

    def finish(self):
        return self.bytes_of("events")

    def bytes_of(self, table):
        return int(self._text("SELECT sum(bytes_on_disk) FROM system.parts"
                              f" WHERE active AND database = 'peers' AND table = '{table}'"))

    def recompress(self, schema, codec):
        self.session.query(schemas.clickhouse_ddl(schema, "recompressed", codec).strip().rstrip(";"))
        self.session.query("INSERT INTO recompressed SELECT * FROM events")
        self.optimize("recompressed")
        return self.bytes_of("recompressed")

    def execute(self, sql):
        """Runs and fetches in the native format; the row count comes from `rows`, untimed."""
        self.session.query(sql, "Native").bytes()

    def rows(self, sql):
        text = self.session.query(
            sql + " SETTINGS output_format_json_quote_64bit_integers = 0",
            "JSONCompactEachRow").bytes().decode()
        return [json.loads(line) for line in text.splitlines() if line]


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


MODULES = {"duckdb": "duckdb", "clickhouse": "chdb.session"}
PEERS = {"duckdb": DuckDBPeer, "clickhouse": ClickHousePeer}


def _load(task):
    importlib.import_module(MODULES[task["engine"]])
    started = time.perf_counter()
    peer = PEERS[task["engine"]](task["store"], task["threads"])
    peer.load(task["schema"], task["ddl"], task["data"])
    seconds = time.perf_counter() - started
    result = {"version": peer.version(), "optimize_seconds": None}
    if isinstance(peer, ClickHousePeer):
        started = time.perf_counter()
        peer.optimize()
        result["optimize_seconds"] = time.perf_counter() - started
        result["events"] = peer.rows("SELECT count() FROM events")[0][0]
        result["bytes"] = peer.finish()
    else:
        result["events"] = peer.rows("SELECT count(*) FROM events")[0][0]
        started = time.perf_counter()
        result["bytes"] = peer.finish()
        seconds += time.perf_counter() - started
    result["seconds"] = seconds
    return result


def _time(task):
    peer = PEERS[task["engine"]](task["store"], task["threads"])
    results = []
    for item in task["statements"]:
        times = []
        try:
            for _ in range(task["runs"] + 1):
                started = time.perf_counter()
                peer.execute(item["sql"])
                times.append((time.perf_counter() - started) * 1000)
        except Exception as problem:  # the peer's own error types: shown in the table
            results.append({"name": item["name"], "error": str(problem)[:300]})
            continue
        results.append({"name": item["name"], "first_ms": times[0], "min_ms": min(times[1:]),
                        "median_ms": statistics.median(times[1:])})
    return results


def _answer(task):
    peer = PEERS[task["engine"]](task["store"], task["threads"])
    results = {}
    for item in task["statements"]:
        try:
            results[item["name"]] = peer.rows(item["sql"])
        except Exception as problem:  # the peer's own error types: shown in the table
            results[item["name"]] = {"error": str(problem)[:300]}
    return results


def _describe(task):
    peer = DuckDBPeer(task["store"], task["threads"])
    low, high, samples = peer.describe(task["schema"], task["samples"])
    return {"low": low, "high": high, "samples": samples}


def _idle(task):
    PEERS[task["engine"]](task["store"], task["threads"])
    return {}


def _recompress(task):
    peer = ClickHousePeer(task["store"], task["threads"])
    return {"bytes": peer.recompress(task["schema"], task["codec"])}


TASKS = {"load": _load, "time": _time, "answer": _answer, "describe": _describe, "idle": _idle,
         "recompress": _recompress}


def main():
    task = json.load(sys.stdin)
    result = TASKS[task["task"]](task)
    with open(task["result"], "w", encoding="utf-8") as file:
        json.dump(result, file, default=float)


if __name__ == "__main__":
    main()
