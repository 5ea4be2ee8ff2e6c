"""Brings the engines' answers to one form and compares them.

One form: {(time or None, *keys, heatmap cell or None): {calculation key: value}}; a missing group
key is None, a time the bucket's start in Unix seconds.
"""

import json
import math
import re

import schema as schemas

# The largest relative difference that still agrees, by calculation; others must be equal.
SUM_TOLERANCE = 1e-9
PERCENTILE_TOLERANCE = 0.0101
DISTINCT_TOLERANCE = {"skep": 0.03, "clickhouse": 0.04, "duckdb": 0.15}
# Share of a heatmap's weight that may lie in a neighbouring cell: values on a cell's edge.
HEATMAP_TOLERANCE = 1e-3
PERCENTILE = re.compile(r"^P\d+\(")


def from_peer(rows, roles, schema, engine):
    absent_marks = set()
    if engine == "clickhouse":
        absent_marks = {c["name"] for c in schema["columns"]
                        if c["kind"] == "string" and not schemas.clickhouse_nullable(c)}
    answer = {}
    for row in rows:
        time, cell, keys, values = None, None, [], {}
        for (role, name), value in zip(roles, row):
            if role == "time":
                time = value * int(name)
            elif role == "bucket":
                cell = value
            elif role == "key":
                keys.append(None if value == "" and name in absent_marks else value)
            else:
                names = name.split(",")
                values.update(zip(names, value if len(names) > 1 else [value]))
        answer[(time, *keys, cell)] = values
    return answer


def from_skep(output, spec, schema, series):
    """The answer of `skep query --format json`: its series if asked for, else its results.

    Keys of mixed columns become text, as the peers hold them.
    """
    data = output["data"]
    mixed = {c["name"] for c in schema["columns"] if c.get("mixed")}
    answer = {}
    for row in data["series"] if series else data["results"]:
        time = schemas.nanoseconds(row["time"]) // 10**9 if series else None
        values = dict(row["data"])
        keys = [_text(values.pop(name, None)) if name in mixed else values.pop(name, None)
                for name in spec.get("breakdowns") or []]
        heat = next((name for name in values if name.startswith("HEATMAP(")), None)
        if heat is None:
            answer[(time, *keys, None)] = values
            continue
        for cell, count in enumerate((values[heat] or {}).get("counts", [])):
            if count:
                answer[(time, *keys, cell)] = {"COUNT": count}
    return answer


def _text(value):
    return value if value is None or isinstance(value, str) else json.dumps(value)


def skep_grid(output):
    """(low, step) of the heatmap in a result of `skep query`, or None."""
    rows = output["data"]["results"] + (output["data"].get("series") or [])
    for row in rows:
        for name, value in row["data"].items():
            if name.startswith("HEATMAP(") and value and value.get("step_size"):
                return value["min_value"], value["step_size"]
    return None


def tolerance(key, engine):
    if PERCENTILE.match(key):
        return None if engine == "duckdb" else PERCENTILE_TOLERANCE
    if key.startswith("COUNT_DISTINCT("):
        return DISTINCT_TOLERANCE[engine]
    if key.startswith(("SUM(", "AVG(", "RATE_AVG(")):
        return SUM_TOLERANCE
    return 0.0


def difference(left, right):
    if left is None or right is None:
        return 0.0 if left is right else math.inf
    if left == right:
        return 0.0
    try:
        return abs(left - right) / max(abs(left), abs(right))
    except TypeError:
        return math.inf


def compare(reference, answer, engine, heatmap, limit, first):
    """Whether `answer` agrees with `reference`, in words: ("yes" | "no" | "not compared", detail).

    With a limit, groups may differ where they tie (within the tolerance of `first`, the
    calculation that orders them) with the last group kept.
    """
    if heatmap:
        return _compare_heatmap(reference, answer)
    if first is not None and limit and tolerance(first, engine) is None and len(reference) >= limit:
        return "not compared", "ordered by an unweighted percentile"
    missing = _beyond_ties(reference, answer, first, engine, limit)
    missing += _beyond_ties(answer, reference, first, engine, limit)
    if missing:
        return "no", f"{len(missing)} groups differ, such as {missing[0]}"
    worst, skipped = 0.0, set()
    for group, expected in reference.items():
        if group not in answer:
            continue
        for key, value in expected.items():
            allowed = tolerance(key, engine)
            if allowed is None:
                skipped.add(key)
                continue
            off = difference(value, answer[group].get(key))
            worst = max(worst, off)
            if off > allowed:
                got = answer[group].get(key)
                return "no", f"{key} of {group}: {got!r}, reference {value!r}"
    compared = {key for values in reference.values() for key in values} - skipped
    if skipped and not compared:
        return "not compared", "unweighted percentiles"
    detail = f"within {worst:.2g}" if worst else "equal"
    return "yes", detail + (", percentiles unweighted: not compared" if skipped else "")


def _beyond_ties(have, other, first, engine, limit):
    """Groups of `have` that `other` lacks and that no tie at the limit excuses."""
    lacking = [group for group in have if group not in other]
    if not lacking or first is None or not limit or min(len(have), len(other)) < limit:
        return lacking
    edge = min(values[first] for values in have.values())
    allowed = max(tolerance(first, engine) or 0.0, 1e-12)
    return [group for group in lacking if difference(have[group][first], edge) > allowed]


def _compare_heatmap(reference, answer):
    total = sum(values["COUNT"] for values in reference.values())
    other = sum(values["COUNT"] for values in answer.values())
    if total != other:
        return "no", f"total {other}, reference {total}"
    moved = sum(abs(reference.get(cell, {"COUNT": 0})["COUNT"]
                    - answer.get(cell, {"COUNT": 0})["COUNT"])
                for cell in reference.keys() | answer.keys()) / 2
    if moved > HEATMAP_TOLERANCE * max(total, 1):
        return "no", f"{moved:.0f} of {total} events lie in other cells"
    return "yes", "equal" if not moved else f"{moved:.0f} of {total} events in a neighbouring cell"
