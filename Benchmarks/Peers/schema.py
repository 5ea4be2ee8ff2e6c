"""The peers' schema: read from a committed file or inferred from NDJSON, and written as DDL.

A schema is a list of columns, each a dictionary:
    name, kind ("int" | "double" | "bool" | "string"), low, high (integers only),
    distinct (counted up to LOW_CARDINALITY + 1), always (present in every event), empty (has ""),
    mixed (values of several types, which the peers hold as text)
plus the name of the time field and of the sample-rate field, which are not in that list.
"""

import json
import os
from datetime import datetime, timezone

TIME_FIELDS = ["Timestamp", "timestamp", "time", "@timestamp"]
RATE_FIELDS = ["SampleRate", "samplerate", "sampleRate"]
LOW_CARDINALITY = 10_000
# Ids that a ClickHouse user indexes, as the OpenTelemetry exporter for ClickHouse does.
INDEXED_IDS = {"trace.trace_id", "trace_id", "traceId", "TraceId"}
NESTED_LEVELS = 5


def flatten(event, prefix="", level=0):
    """Yields (name, value) as Skep stores them: nested objects by dots, arrays as JSON text."""
    for key, value in event.items():
        name = prefix + key
        if isinstance(value, dict):
            if level < NESTED_LEVELS:
                yield from flatten(value, name + ".", level + 1)
            elif value:
                yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif isinstance(value, list):
            yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif value is not None:
            yield name, value


class _ColumnFacts:
    def __init__(self, name):
        self.name = name
        self.kinds = set()
        self.values = set()
        self.count = 0
        self.low = None
        self.high = None
        self.empty = False

    def add(self, value):
        self.count += 1
        if value is True or value is False:
            self.kinds.add("bool")
        elif isinstance(value, int):
            self.kinds.add("int")
            if self.low is None or value < self.low:
                self.low = value
            if self.high is None or value > self.high:
                self.high = value
        elif isinstance(value, float):
            self.kinds.add("double")
        else:
            self.kinds.add("string")
            if len(self.values) <= LOW_CARDINALITY:
                self.values.add(value)
            if value == "":
                self.empty = True

    def column(self, events):
        if self.kinds == {"int"}:
            fits = -(2**63) <= self.low and self.high < 2**63
            kind = "int" if fits else "double"
        elif self.kinds <= {"int", "double"}:
            kind = "double"
        elif self.kinds == {"bool"}:
            kind = "bool"
        else:
            kind = "string"
        column = {"name": self.name, "kind": kind, "always": self.count == events}
        if kind == "int":
            column["low"], column["high"] = self.low, self.high
        if kind == "string":
            column["distinct"] = len(self.values)
            column["empty"] = self.empty
            if self.kinds != {"string"}:
                column["mixed"] = True
        return column


def infer(path, flat_path):
    """Reads every event of `path` once and returns its schema.

    Where events nest, or times or rates are not what the peers read, a plain copy is written to
    `flat_path` and named in the schema as `flat`: the peers load that copy.
    """
    facts, events, flat, time_field, rate_field = {}, 0, True, None, None
    spread = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if not isinstance(event, dict):
                continue
            if time_field is None:
                time_field = next((f for f in TIME_FIELDS if f in event), None)
            if rate_field is None:
                rate_field = next((f for f in RATE_FIELDS if f in event), None)
            events += 1
            flat = flat and not any(isinstance(v, (dict, list)) for v in event.values())
            flat = flat and isinstance(event.get(time_field), str)
            flat = flat and isinstance(event.get(rate_field, 1), int)
            if events % 10_000 == 0:
                spread.append(nanoseconds(event.get(time_field)) or 0)
            for name, value in flatten(event):
                if name != time_field and name != rate_field:
                    fact = facts.get(name)
                    if fact is None:
                        fact = facts[name] = _ColumnFacts(name)
                    fact.add(value)
    if time_field is None:
        raise SystemExit(f"{path}: no time field ({', '.join(TIME_FIELDS)}) in any event")
    schema = {
        "time": time_field,
        "rate": rate_field or RATE_FIELDS[0],
        "events": events,
        "ordered": _ordered(spread),
        "columns": [facts[name].column(events) for name in sorted(facts)],
    }
    if not flat:
        schema["flat"] = flat_path
        _write_flat(path, flat_path, schema)
    return schema


def _ordered(times):
    """Whether file order is near enough to time order that sorting would only cost time."""
    inversions = sum(after < before for before, after in zip(times, times[1:]))
    return inversions <= len(times) // 50


def nanoseconds(value):
    """A time as Skep reads it (RFC 3339, or a number whose size tells its unit), or None."""
    if isinstance(value, str):
        try:
            head, _, rest = value.replace("Z", "+00:00").partition(".")
            digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
            moment = datetime.fromisoformat(head + rest[len(digits):])
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=timezone.utc)
            return int(moment.timestamp()) * 10**9 + int((digits + "0" * 9)[:9])
        except ValueError:
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        for limit, unit in ((1e11, 10**9), (1e14, 10**6), (1e17, 10**3)):
            if abs(value) < limit:
                return int(value * unit)
        return int(value)
    return None


def _write_flat(path, flat_path, schema):
    """A copy that the peers can read: flat, times as RFC 3339 text, whole sample rates."""
    with open(path, encoding="utf-8", errors="replace") as lines, open(
        flat_path, "w", encoding="utf-8"
    ) as out:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            time = nanoseconds(event.get(schema["time"])) if isinstance(event, dict) else None
            if time is None:
                continue
            flat = dict(flatten(event))
            second = datetime.fromtimestamp(time // 10**9, timezone.utc)
            flat[schema["time"]] = f"{second:%Y-%m-%dT%H:%M:%S}.{time % 10**9:09d}Z"
            rate = flat.pop(schema["rate"], 1)
            whole = isinstance(rate, (int, float)) and rate >= 1 and rate == int(rate)
            flat[schema["rate"]] = int(rate) if whole else 1
            out.write(json.dumps(flat, ensure_ascii=False) + "\n")


def unknown_fields(schema, path, sample=50_000):
    """Fields of the first events of `path` that the schema does not name: a sign of stale DDL."""
    known = {c["name"] for c in schema["columns"]} | {schema["time"], schema["rate"]}
    unknown = set()
    with open(path, encoding="utf-8", errors="replace") as lines:
        for _, line in zip(range(sample), lines):
            try:
                unknown.update(name for name, _ in flatten(json.loads(line)) if name not in known)
            except (ValueError, AttributeError):
                continue
    return sorted(unknown)


def _integer_bits(low, high):
    """The narrowest width with four times the room seen, as a user who knows the field chooses."""
    for bits in (8, 16, 32):
        if -(2 ** (bits - 1)) <= 4 * low and 4 * high < 2 ** (bits - 1):
            return bits
    return 64


def duckdb_type(column):
    if column["kind"] == "int":
        bits = _integer_bits(column["low"], column["high"])
        return {8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}[bits]
    return {"double": "DOUBLE", "bool": "BOOLEAN", "string": "VARCHAR"}[column["kind"]]


def clickhouse_nullable(column):
    """Whether absence needs NULL: '' says "absent" for strings that are never empty."""
    if column["always"]:
        return False
    return column["kind"] != "string" or column["empty"]


def clickhouse_type(column):
    if column["kind"] == "int":
        base = f"Int{_integer_bits(column['low'], column['high'])}"
    else:
        base = {"double": "Float64", "bool": "Bool", "string": "String"}[column["kind"]]
    if clickhouse_nullable(column):
        base = f"Nullable({base})"
    if column["kind"] == "string" and column["distinct"] <= LOW_CARDINALITY:
        base = f"LowCardinality({base})"
    return base


def duckdb_name(name):
    return '"' + name.replace('"', '""') + '"'


def clickhouse_name(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def clickhouse_text(value):
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def duckdb_ddl(schema):
    lines = [f"    {duckdb_name(schema['time'])} TIMESTAMP_NS NOT NULL",
             f"    {duckdb_name(schema['rate'])} INTEGER NOT NULL"]
    for column in schema["columns"]:
        required = " NOT NULL" if column["always"] else ""
        lines.append(f"    {duckdb_name(column['name'])} {duckdb_type(column)}{required}")
    return "CREATE TABLE events (\n" + ",\n".join(lines) + "\n);\n"


def clickhouse_ddl(schema, table="events", codec="LZ4"):
    """The table; the codec is named, because merged parts would become ZSTD(3) by default."""
    time = clickhouse_name(schema["time"])
    lines = [f"    {time} DateTime64(9, 'UTC')",
             f"    {clickhouse_name(schema['rate'])} UInt32 DEFAULT 1"]
    for column in schema["columns"]:
        lines.append(f"    {clickhouse_name(column['name'])} {clickhouse_type(column)}")
    for column in schema["columns"]:
        if column["name"] in INDEXED_IDS and column["kind"] == "string":
            name = clickhouse_name(column["name"])
            lines.append(f"    INDEX id_filter {name} TYPE bloom_filter(0.001) GRANULARITY 1")
    settings = "fsync_after_insert = 1, fsync_part_directory = 1"
    settings += f", default_compression_codec = '{codec}'"
    return (f"CREATE TABLE {table} (\n" + ",\n".join(lines)
            + f"\n) ENGINE = MergeTree ORDER BY {time}\nSETTINGS {settings};\n")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save(schema, folder, stem):
    """Writes schema and both DDL files, which is how the committed ones were made."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{stem}.schema.json"), "w", encoding="utf-8") as file:
        head = {k: v for k, v in schema.items() if k not in ("columns", "events", "flat")}
        file.write(json.dumps(head)[:-1] + ', "columns": [\n')
        rows = [json.dumps(column, ensure_ascii=False) for column in schema["columns"]]
        file.write(",\n".join(rows) + "\n]}\n")
    for engine, text in (("duckdb", duckdb_ddl(schema)), ("clickhouse", clickhouse_ddl(schema))):
        with open(os.path.join(folder, f"{stem}.{engine}.sql"), "w", encoding="utf-8") as file:
            file.write(text)
