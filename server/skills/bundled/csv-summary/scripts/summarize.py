"""Describes a CSV file: its columns, their types and their values."""

import argparse
import collections
import csv
import datetime
import io
import json
import math
import re
import statistics
import sys

MISSING = {"", "na", "n/a", "nan", "null", "none", "-"}
INTEGER = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def main():
    options = parse_options()
    text = read_text(options.file)
    delimiter = {"tab": "\t", "\\t": "\t"}.get(options.delimiter, options.delimiter) or find_delimiter(text)
    if len(delimiter) != 1:
        sys.exit("--delimiter takes one character, or tab")
    lines = [(reader_line, row) for reader_line, row in read_rows(text, delimiter) if any(cell.strip() for cell in row)]
    if not lines:
        sys.exit("The file has no rows")
    if options.no_header:
        header = [f"column_{index + 1}" for index in range(len(lines[0][1]))]
    else:
        header = name_columns(lines.pop(0)[1])
    report = summarize(header, lines, options.top)
    if options.columns:
        wanted = [name.strip() for name in options.columns.split(",")]
        unknown = [name for name in wanted if name not in header]
        if unknown:
            sys.exit(f"No column is named {', '.join(unknown)}; there are: {', '.join(header)}")
        report["columns"] = [column for column in report["columns"] if column["name"] in wanted]
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else to_text(report))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default="-", help="path of the file; absent or -: standard input")
    parser.add_argument("--delimiter", default="", help="one character, or tab; absent: found out")
    parser.add_argument("--columns", default="", help="only these columns, comma separated")
    parser.add_argument("--top", type=int, default=3, help="how many frequent values to show")
    parser.add_argument("--no-header", action="store_true", help="the first row is data")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def read_text(file):
    if file == "-":
        return sys.stdin.read().removeprefix("\ufeff")
    try:
        with open(file, "rb") as opened:
            data = opened.read()
    except OSError as error:
        sys.exit(f"{file} cannot be read: {error.strerror}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def find_delimiter(text):
    """The candidate that cuts the first rows into the same number of cells, and into the most of them."""
    best, best_score = ",", (0.0, 1)
    for candidate in ",;\t|":
        sample = io.StringIO("\n".join(text.splitlines()[:50]), newline="")
        widths = [len(row) for row in csv.reader(sample, delimiter=candidate) if row]
        if not widths:
            continue
        width, count = collections.Counter(widths).most_common(1)[0]
        score = (count / len(widths), width)
        if width > 1 and score > best_score:
            best, best_score = candidate, score
    return best


def read_rows(text, delimiter):
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        yield reader.line_num, row


def name_columns(cells):
    names = []
    for index, cell in enumerate(cells):
        name = cell.strip() or f"column_{index + 1}"
        taken = sum(other == name or other.startswith(f"{name}_") for other in names) if name in names else 0
        names.append(f"{name}_{taken + 1}" if taken else name)
    return names


def summarize(header, lines, top):
    width = len(header)
    ragged = [line for line, row in lines if len(row) != width]
    columns = [
        describe(name, [row[index].strip() if index < len(row) else "" for _, row in lines], top)
        for index, name in enumerate(header)
    ]
    return {"rows": len(lines), "ragged_rows": ragged[:10], "ragged_row_count": len(ragged), "columns": columns}


def describe(name, cells, top):
    values = [cell for cell in cells if cell.lower() not in MISSING]
    types = collections.Counter(type_of(value) for value in values)
    kind = join_types(types)
    column = {"name": name, "type": kind, "missing": len(cells) - len(values), "distinct": len(set(values))}
    if kind in ("integer", "number"):
        numbers = [int(value) if kind == "integer" else float(value) for value in values]
        column.update(min=min(numbers), max=max(numbers), mean=shorten(statistics.fmean(numbers)))
        column["median"] = shorten(statistics.median(numbers))
        if len(numbers) > 1:
            column["stdev"] = shorten(statistics.stdev(numbers))
    elif kind == "date":
        column.update(min=min(values), max=max(values))
    elif kind == "mixed":
        usual = join_types(collections.Counter({each: count for each, count in types.items() if each != "text"}))
        fitting = {"integer", "number"} if usual in ("integer", "number") else {usual}
        odd = [value for value in values if type_of(value) not in fitting]
        column["odd"] = list(dict.fromkeys(odd))[:5]
    column["top"] = [[value, count] for value, count in collections.Counter(values).most_common(max(top, 0))]
    return column


def type_of(value):
    if INTEGER.fullmatch(value):
        return "integer"
    if NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return "number"
    if value.lower() in ("true", "false", "yes", "no"):
        return "boolean"
    if re.match(r"\d{4}-\d\d-\d\d", value):
        try:
            datetime.datetime.fromisoformat(value)
            return "date"
        except ValueError:
            pass
    return "text"


def join_types(types):
    if not types:
        return "empty"
    if len(types) == 1:
        return next(iter(types))
    if set(types) == {"integer", "number"}:
        return "number"
    total = sum(types.values())
    return "text" if types["text"] * 2 > total else "mixed"


def shorten(number):
    return number if isinstance(number, int) else float(f"{number:.6g}")


def to_text(report):
    lines = [f"{report['rows']} rows, {len(report['columns'])} columns"]
    if report["ragged_row_count"]:
        where = ", ".join(map(str, report["ragged_rows"]))
        lines.append(f"{report['ragged_row_count']} rows have another number of cells: lines {where}")
    for column in report["columns"]:
        lines.append("")
        lines.append(f"{column['name']}: {column['type']}, {column['missing']} missing, {column['distinct']} distinct")
        figures = [f"{key} {column[key]}" for key in ("min", "max", "mean", "median", "stdev") if key in column]
        if figures:
            lines.append(f"  {', '.join(figures)}")
        if "odd" in column:
            lines.append(f"  do not fit: {', '.join(column['odd'])}")
        if column["top"]:
            lines.append(f"  most frequent: {', '.join(f'{value} ({count})' for value, count in column['top'])}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
