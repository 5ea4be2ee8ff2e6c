"""Honeycomb query specifications as the SQL that a user of each peer would write.

Every statement returns columns in the order of its `roles`: ("time" | "key" | "bucket" | "calc",
name). Times are bucket starts in Unix seconds. Several percentiles of one column come as one list.
Absent strings are '' in ClickHouse unless the column has real empty strings (schema.py).
"""

import json

import schema as schemas

LADDER = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200,
          86400, 172800, 259200, 604800]
PERCENTILES = {"P001": 0.001, "P01": 0.01, "P05": 0.05, "P10": 0.1, "P20": 0.2, "P25": 0.25,
               "P50": 0.5, "P75": 0.75, "P80": 0.8, "P90": 0.9, "P95": 0.95, "P99": 0.99,
               "P999": 0.999}
DEFAULT_LIMIT = 1000


class Untranslatable(Exception):
    """The specification needs SQL given by hand."""


def granularity(spec):
    """Seconds of a series bucket: as asked, else the smallest step giving at most 300 buckets."""
    if spec.get("granularity"):
        return spec["granularity"]
    span = spec["end_time"] - spec["start_time"]
    return next((step for step in LADDER if span <= 300 * step), LADDER[-1])


def calculation_key(calculation):
    op, column = calculation["op"], calculation.get("column")
    if op == "RATE_AVG":
        minutes, rest = divmod(calculation["interval"], 60)
        return f"RATE_AVG({minutes}m)" if not rest else f"RATE_AVG({calculation['interval']}s)"
    return f"{op}({column})" if column else op


class Dialect:
    """What DuckDB and ClickHouse spell differently."""

    def __init__(self, schema):
        self.schema = schema
        self.columns = {column["name"]: column for column in schema["columns"]}

    def column(self, name):
        if name not in self.columns:
            raise Untranslatable(f"no column {name}")
        return self.columns[name]

    def literal(self, value, column=None):
        """A literal in the type of the column, as a text literal may spell a number or a bool."""
        kind = column["kind"] if column else None
        if isinstance(value, str) and kind in ("int", "double"):
            return repr(json.loads(value))
        if isinstance(value, str) and kind == "bool":
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return self.text(json.dumps(value)) if kind == "string" else repr(value)
        return self.text(value)

    def text(self, value):
        return "'" + value.replace("'", "''") + "'"

    def contains(self, name, value):
        return f"{self.name(name)} LIKE {self.text('%' + self.escaped(value) + '%')}"

    def starts(self, name, value):
        return f"{self.name(name)} LIKE {self.text(self.escaped(value) + '%')}"

    def ends(self, name, value):
        return f"{self.name(name)} LIKE {self.text('%' + self.escaped(value))}"

    def escaped(self, value):
        return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    def absent(self, name):
        return f"NOT ({self.present(name)})"

    def condition(self, item):
        name, op, value = item["column"], item["op"], item.get("value")
        column = self.column(name)
        quoted = self.name(name)
        if op == "exists":
            return self.present(name)
        if op == "does-not-exist":
            return self.absent(name)
        if op in ("in", "not-in"):
            listed = ", ".join(self.literal(v, column) for v in value)
            return self.negatable(name, f"{quoted} IN ({listed})", op == "not-in")
        if op in ("=", "!="):
            return self.negatable(name, f"{quoted} = {self.literal(value, column)}", op == "!=")
        if op in ("<", "<=", ">", ">="):
            test = f"{quoted} {op} {self.literal(value, column)}"
            marks = column["kind"] == "string" and self.marks_absence(name)
            return f"({self.present(name)} AND {test})" if marks else test
        tests = {"contains": ("does-not-contain", self.contains),
                 "starts-with": ("does-not-start-with", self.starts),
                 "ends-with": ("does-not-end-with", self.ends)}
        for positive, (negative, test) in tests.items():
            if op in (positive, negative):
                return self.negatable(name, test(name, value), op == negative)
        raise Untranslatable(f"operator {op}")

    def negatable(self, name, test, negated):
        if not negated:
            return test
        if self.column(name)["always"] or self.marks_absence(name):
            return f"NOT ({test})"
        return f"({self.name(name)} IS NULL OR NOT ({test}))"


class DuckDB(Dialect):
    engine = "duckdb"

    def name(self, name):
        return schemas.duckdb_name(name)

    def marks_absence(self, name):
        return False

    def present(self, name):
        return "true" if self.column(name)["always"] else f"{self.name(name)} IS NOT NULL"

    def bucket(self, seconds):
        return f"epoch_ns({self.name(self.schema['time'])}) // {seconds * 10**9}"

    def instant(self, seconds):
        return f"make_timestamp_ns({seconds * 10**9})"

    def where_sum(self, expression, name):
        if self.column(name)["always"]:
            return f"sum({expression})"
        return f"sum({expression}) FILTER (WHERE {self.present(name)})"

    def cell(self, name, low, step):
        return f"CAST(floor(({self.name(name)} - {low!r}) / {step!r}) AS INTEGER)"

    def distinct(self, name, exact):
        function = "count(DISTINCT {})" if exact else "approx_count_distinct({})"
        return function.format(self.name(name))

    def percentiles(self, name, quantiles, rate, exact):
        # No weighted percentile exists; the exact one is twice as fast as approx_quantile.
        listed = ", ".join(repr(q) for q in quantiles)
        wanted = listed if len(quantiles) == 1 else f"[{listed}]"
        return f"quantile_disc({self.name(name)}, {wanted})"

    def weighted(self, name, rate):
        wide = self.column(name)["kind"] == "int"
        value = f"CAST({self.name(name)} AS BIGINT)" if wide else self.name(name)
        return f"sum({value} * {rate})"

    def contains(self, name, value):
        return f"contains({self.name(name)}, {self.text(value)})"

    def starts(self, name, value):
        return f"starts_with({self.name(name)}, {self.text(value)})"

    def ends(self, name, value):
        return f"suffix({self.name(name)}, {self.text(value)})"


class ClickHouse(Dialect):
    engine = "clickhouse"

    def name(self, name):
        return schemas.clickhouse_name(name)

    def text(self, value):
        return schemas.clickhouse_text(value)

    def marks_absence(self, name):
        """Whether '' stands for absence in this column."""
        column = self.column(name)
        return (column["kind"] == "string" and not column["always"]
                and not schemas.clickhouse_nullable(column))

    def present(self, name):
        if self.column(name)["always"]:
            return "true"
        return f"{self.name(name)} != ''" if self.marks_absence(name) else (
            f"{self.name(name)} IS NOT NULL")

    def bucket(self, seconds):
        return f"intDiv(toUnixTimestamp({self.name(self.schema['time'])}), {seconds})"

    def instant(self, seconds):
        return f"fromUnixTimestamp64Nano({seconds * 10**9}, 'UTC')"

    def where_sum(self, expression, name):
        if self.column(name)["always"]:
            return f"sum({expression})"
        return f"sumIf({expression}, {self.present(name)})"

    def cell(self, name, low, step):
        return f"toInt32(floor(({self.name(name)} - {low!r}) / {step!r}))"

    def distinct(self, name, exact):
        function = "uniqExact" if exact else "uniqCombined(14)"
        if self.marks_absence(name):
            function = function.replace("uniqExact", "uniqExactIf").replace(
                "uniqCombined(14)", "uniqCombinedIf(14)")
            return f"{function}({self.name(name)}, {self.present(name)})"
        return f"{function}({self.name(name)})"

    def percentiles(self, name, quantiles, rate, exact):
        function = "quantilesExactWeighted" if exact else "quantilesBFloat16Weighted"
        if len(quantiles) == 1:
            function = function.replace("quantiles", "quantile")
        listed = ", ".join(repr(q) for q in quantiles)
        return f"{function}({listed})({self.name(name)}, {rate})"

    def weighted(self, name, rate):
        return f"sum({self.name(name)} * {rate})"

    def starts(self, name, value):
        return f"startsWith({self.name(name)}, {self.text(value)})"

    def ends(self, name, value):
        return f"endsWith({self.name(name)}, {self.text(value)})"


def _calculations(dialect, spec, exact):
    """[(role name, expression)]: percentiles of one column join into one expression."""
    rate = dialect.name(dialect.schema["rate"])
    outputs, percentiles = [], {}
    for calculation in spec.get("calculations") or [{"op": "COUNT"}]:
        op, name = calculation["op"], calculation.get("column")
        if op in PERCENTILES:
            percentiles.setdefault(name, []).append(op)
            continue
        key = calculation_key(calculation)
        if name is not None:
            dialect.column(name)
        if op == "COUNT":
            expression = dialect.where_sum(rate, name) if name else f"sum({rate})"
        elif op == "SUM":
            expression = dialect.weighted(name, rate)
        elif op == "AVG":
            weight = dialect.where_sum(rate, name)
            expression = f"{dialect.weighted(name, rate)} / {weight}"
        elif op in ("MIN", "MAX"):
            expression = f"{op.lower()}({dialect.name(name)})"
        elif op == "COUNT_DISTINCT":
            expression = dialect.distinct(name, exact)
        elif op == "RATE_AVG" and not name:
            expression = ("RATE", calculation["interval"])
        else:
            raise Untranslatable(key)
        outputs.append((key, expression))
    for name, ops in percentiles.items():
        expression = dialect.percentiles(name, [PERCENTILES[op] for op in ops], rate, exact)
        outputs.append((",".join(f"{op}({name})" for op in ops), expression))
    return outputs


def _order(spec, keys, outputs):
    """The ORDER BY terms over positions: those asked for, else the first calculation descending."""
    names = keys + [key for key, _ in outputs]
    terms = []
    for item in spec.get("orders") or []:
        key = calculation_key(item) if item.get("op") else item["column"]
        at = names.index(key) if key in names else None
        if at is None:
            raise Untranslatable(f"order by {key}")
        terms.append(f"{at + 1}" + (" DESC" if item.get("order") == "descending" else " ASC"))
    first = (spec.get("calculations") or [{"op": "COUNT"}])[0]
    at = next((i for i, name in enumerate(names) if calculation_key(first) in name.split(",")), None)
    if not terms and at is not None:
        terms.append(f"{at + 1} DESC")
    return ", ".join(terms)


def statement(dialect, spec, series, grid=None, exact=False, whole=None):
    """The SQL of an anchored specification, and the roles of its columns.

    `grid` is (low, step) of a heatmap, known to the peers beforehand; `whole` the range of all
    data, within which a time condition would be wasted work; `exact` asks for the reference.
    """
    seconds = granularity(spec)
    keys = list(spec.get("breakdowns") or [])
    roles, selected, grouped = [], [], []
    if series:
        roles.append(("time", str(seconds)))
        grouped.append(dialect.bucket(seconds))
    for key in keys:
        dialect.column(key)
        roles.append(("key", key))
        grouped.append(dialect.name(key))
    conditions = [dialect.condition(item) for item in spec.get("filters") or []]
    combination = " OR " if spec.get("filter_combination") == "OR" else " AND "
    where = combination.join(conditions)
    heat = [c for c in spec.get("calculations") or [] if c["op"] == "HEATMAP"]
    if heat:
        if len(spec["calculations"]) > 1 or heat[0].get("scale", "linear") != "linear":
            raise Untranslatable("HEATMAP beside other calculations")
        name = heat[0]["column"]
        rate = dialect.name(dialect.schema["rate"])
        roles.append(("bucket", f"HEATMAP({name})"))
        grouped.append(dialect.cell(name, *(grid or (0.0, 1.0))))
        outputs = [("COUNT", f"sum({rate})")]
        if not dialect.column(name)["always"]:
            where = f"({where}) AND " if where else ""
            where += dialect.present(name)
    else:
        outputs = _calculations(dialect, spec, exact)
    span = seconds if series else spec["end_time"] - spec["start_time"]
    count = f"sum({dialect.name(dialect.schema['rate'])})"
    outputs = [(k, e if isinstance(e, str) else f"{count} * {e[1] / span!r}") for k, e in outputs]
    selected = grouped + [expression for _, expression in outputs]
    roles += [("calc", key) for key, _ in outputs]
    if whole is None or spec["start_time"] > whole[0] or spec["end_time"] < whole[1]:
        time = dialect.name(dialect.schema["time"])
        bounds = (f"{time} >= {dialect.instant(spec['start_time'])}"
                  f" AND {time} < {dialect.instant(spec['end_time'])}")
        where = f"{bounds} AND ({where})" if where else bounds
    sql = f"SELECT {', '.join(selected)} FROM events"
    if where:
        sql += f" WHERE {where}"
    if grouped:
        sql += " GROUP BY " + ", ".join(str(i + 1) for i in range(len(grouped)))
    havings = []
    for item in spec.get("havings") or []:
        key = calculation_key({"op": item["calculate_op"], "column": item.get("column")})
        expression = dict(outputs).get(key)
        if expression is None:
            raise Untranslatable(f"having {key}")
        havings.append(f"{expression} {item['op']} {item['value']!r}")
    if havings:
        sql += " HAVING " + " AND ".join(havings)
    if keys and not series and not heat:
        order = _order(spec, keys, outputs)
        sql += f" ORDER BY {order}" if order else ""
        sql += f" LIMIT {spec.get('limit') or DEFAULT_LIMIT}"
    return sql, roles
