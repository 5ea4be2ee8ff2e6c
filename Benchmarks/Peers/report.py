"""The results as JSON and as Markdown tables."""

import json
import math
import os

ENGINES = ("skep", "duckdb", "clickhouse")
TITLES = {"skep": "skep", "duckdb": "DuckDB", "clickhouse": "ClickHouse"}


def summarize(results):
    """Adds ratios: the faster peer's median over skep's, their geometric mean and the lowest."""
    ratios = []
    for row in results["queries"]:
        medians = {e: row[e]["median_ms"] for e in ENGINES if row.get(e) and "median_ms" in row[e]}
        rivals = [medians[e] for e in ("duckdb", "clickhouse") if e in medians]
        row["ratio"] = min(rivals) / medians["skep"] if rivals and "skep" in medians else None
        if row["ratio"]:
            ratios.append((row["ratio"], row["name"]))
    if ratios:
        mean = math.exp(sum(math.log(ratio) for ratio, _ in ratios) / len(ratios))
        lowest = min(ratios)
        results["summary"] = {"queries": len(ratios), "geometric_mean": mean,
                              "lowest_ratio": lowest[0], "lowest_query": lowest[1],
                              "slower_than_faster_peer": sum(ratio < 1 for ratio, _ in ratios)}


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    stem = os.path.join(folder, f"{results['date'][:10]}-peers")
    with open(stem + ".json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(stem + ".md", "w", encoding="utf-8") as file:
        file.write(markdown(results))
    return stem


def markdown(results):
    machine, versions = results["machine"], results["versions"]
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB" if machine["memory_bytes"] else "?"
    lines = [f"# skep beside DuckDB and ClickHouse, {results['date'][:10]}", "",
             f"{results['data']}. {machine['cpu']}, {machine['cores']} cores, {memory},"
             f" {results['threads']} threads, load average at the start"
             f" {machine['load_average']:.1f}.",
             "Versions: " + ", ".join(f"{TITLES[e]} {versions[e]}" for e in ENGINES if versions.get(e))
             + ". How it is measured, and what is fair: ../Peers/README.md.", ""]
    lines += _queries(results) + _limits(results) + _loads(results) + _sizes(results)
    lines += _answers(results)
    return "\n".join(lines) + "\n"


def _milliseconds(entry):
    if not entry:
        return ""
    return f"{entry['median_ms']:.2f}" if "median_ms" in entry else "failed"


def _queries(results):
    lines = ["## Queries", "", f"Warm, median of {results['runs']} runs. Ratio: the faster peer's"
             " time over skep's; above 1, skep is faster.", "",
             "| query | skep ms | DuckDB ms | ClickHouse ms | ratio to the faster peer |"
             " answers agree |",
             "| --- | ---: | ---: | ---: | ---: | --- |"]
    for row in results["queries"]:
        ratio = f"{row['ratio']:.2f}" if row.get("ratio") else ""
        times = " | ".join(_milliseconds(row.get(engine)) for engine in ENGINES)
        lines.append(f"| {row['name']} | {times} | {ratio} | {row.get('agrees', '')} |")
    summary = results.get("summary")
    if summary:
        lines += ["", f"Geometric mean of {summary['queries']} ratios:"
                  f" **{summary['geometric_mean']:.2f}**; lowest:"
                  f" **{summary['lowest_ratio']:.2f}** ({summary['lowest_query']}); slower than the"
                  f" faster peer: {summary['slower_than_faster_peer']}."]
    return lines + [""]


def _limits(results):
    """What each query reads, and how long the memory would take to deliver that."""
    rows = [row for row in results["queries"] if row.get("skep") and row["skep"].get("bytes_read")]
    if not rows:
        return []
    bandwidth = results["bandwidth"]
    lines = ["## What each query reads", "",
             "Bytes of the files that a new process reads for the answer, and how long memory of"
             f" {bandwidth:g} GB/s would take to deliver them: no engine can be faster on this"
             " format. The rest is work on values.", "",
             "| query | MB read | ms at the limit | ms | times the limit |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for row in rows:
        if "median_ms" not in row["skep"]:
            continue
        read, taken = row["skep"]["bytes_read"], row["skep"]["median_ms"]
        limit = read / bandwidth / 1e6
        lines.append(f"| {row['name']} | {read / 1e6:.2f} | {limit:.3f} | {taken:.2f} |"
                     f" {taken / limit:.0f} |")
    return lines + [""]


def _loads(results):
    engines = [e for e in ENGINES if results["load"].get(e)]
    head = "| | " + " | ".join(TITLES[e] for e in engines) + " |"
    lines = ["## Load, size and memory", "", head, "| --- |" + " ---: |" * len(engines)]
    load = results["load"]

    def row(title, text):
        cells = [text(load[e], results["memory"].get(e, {})) for e in engines]
        if any(cells):
            lines.append(f"| {title} | " + " | ".join(cells) + " |")

    def mebibytes(value):
        return f"{value / 2**20:.0f}" if value else ""

    row("load, events/s", lambda l, m: f"{l['events'] / l['seconds']:,.0f}")
    row("load, seconds until durable", lambda l, m: f"{l['seconds']:.2f}")
    row("then OPTIMIZE FINAL, seconds",
        lambda l, m: f"{l['optimize_seconds']:.2f}" if l.get("optimize_seconds") else "")
    row("processor seconds of the whole process", lambda l, m: f"{l['cpu_seconds']:.2f}")
    row("bytes an event on disk", lambda l, m: f"{l['bytes'] / l['events']:.1f}")
    row("bytes an event, ZSTD(3)",
        lambda l, m: f"{l['zstd_bytes'] / l['events']:.1f}" if l.get("zstd_bytes") else "")
    row("peak memory of the load, MiB", lambda l, m: mebibytes(l["peak"]))
    row("peak memory of the queries, MiB", lambda l, m: mebibytes(m.get("queries")))
    row("memory of the idle process, MiB", lambda l, m: mebibytes(m.get("idle")))
    whole = results.get("whole_process")
    if whole:
        lines += ["", "Whole skep processes, start to exit: "
                  + ", ".join(f"{name} {value:.0f} ms" for name, value in whole.items()) + "."]
    return lines + [""]


PARTS = {"values": "values of columns", "dictionaries": "dictionaries",
         "presence": "presence that a column has for itself", "filters": "bloom filters",
         "events": "times, sample rates, and shapes: the presence that columns share",
         "directories": "directories", "rest": "rest"}
# Columns below this stand in one row, bytes an event.
LEAST_SHOWN = 0.1


def _sizes(results):
    """Where the bytes of the store are, with and without those of ids."""
    load = results["load"].get("skep") or {}
    if "stored" not in load:
        return []
    stored, events = load["stored"], load["events"]
    columns = stored["bytes_by_column"]
    ids = sum(size for name, size in columns.items() if name.endswith(("_id", ".id")))
    small = [size for size in columns.values() if size / events < LEAST_SHOWN]
    lines = ["## Where skep's bytes are", "",
             f"{stored['bytes'] / events:.1f} bytes an event; {ids / events:.1f} of them are ids"
             f" (columns whose names end in id), so {(stored['bytes'] - ids) / events:.1f} without.",
             "", "| part | bytes an event |", "| --- | ---: |"]
    lines += [f"| {PARTS.get(part, part)} | {size / events:.2f} |"
              for part, size in stored["bytes_by_part"].items()]
    lines += ["", "| column | bytes an event |", "| --- | ---: |"]
    lines += [f"| {name} | {size / events:.2f} |" for name, size in columns.items()
              if size / events >= LEAST_SHOWN]
    lines += [f"| the other {len(small)} columns together | {sum(small) / events:.2f} |"]
    return lines + [""]


def _answers(results):
    notes = [f"- {row['name']}: " + "; ".join(f"{TITLES[e]} {text}"
             for e, text in row["agreement"].items()) for row in results["queries"]
             if row.get("agreement")]
    return (["## Answers", "",
             "Each against the reference (ClickHouse, with its exact functions).", ""] + notes
            if notes else [])
