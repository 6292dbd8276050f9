"""Makes the table of contents of a Markdown document, or checks its links to headings."""

import argparse
import pathlib
import re
import sys
import unicodedata

START, END = "<!-- toc -->", "<!-- /toc -->"
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(#([^)\s]*)(?:\s+\"[^\"]*\")?\)")


def main():
    options = parse_options()
    if options.min_level > options.max_level:
        sys.exit("--min-level is above --max-level")
    text = read_text(options.file)
    lines = text.splitlines()
    headings = find_headings(lines)
    if options.check:
        sys.exit(check(lines, headings))
    listed = [heading for heading in headings if options.min_level <= heading["level"] <= options.max_level]
    table = [f"{'  ' * (each['level'] - options.min_level)}- [{each['title']}](#{each['anchor']})" for each in listed]
    print("\n".join(insert(lines, table, listed) if options.insert else table))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default="-", help="path of the document; absent or -: standard input")
    parser.add_argument("--min-level", type=int, default=2, choices=range(1, 7), metavar="1-6")
    parser.add_argument("--max-level", type=int, default=3, choices=range(1, 7), metavar="1-6")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--insert", action="store_true", help="print the document with the table in it")
    action.add_argument("--check", action="store_true", help="print links to headings that are not there")
    return parser.parse_args()


def read_text(file):
    try:
        text = sys.stdin.read() if file == "-" else pathlib.Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}")
    return text.removeprefix("\ufeff")


def find_headings(lines):
    headings, used = [], {}
    for index, line in prose(lines):
        atx = ATX.fullmatch(line)
        below = lines[index + 1] if index + 1 < len(lines) else ""
        before = lines[index - 1].strip() if index else ""
        if atx:
            level, title = len(atx[1]), atx[2] or ""
        elif not before and re.match(r" {0,3}[^\s#>|*+-]", line) and re.fullmatch(r" {0,3}(=+|-{2,})[ \t]*", below):
            level, title = 1 if "=" in below else 2, line.strip()
        else:
            continue
        title = to_plain(title)
        base = to_anchor(title)
        count = used.get(base, 0)
        used[base] = count + 1
        anchor = f"{base}-{count}" if count else base
        headings.append({"level": level, "title": title, "anchor": anchor, "line": index})
    return headings


def prose(lines):
    """The lines outside of code blocks and front matter, with their indices."""
    fence = None
    front_matter = bool(lines) and lines[0].strip() == "---" and any(line.strip() == "---" for line in lines[1:])
    for index, line in enumerate(lines):
        if front_matter:
            front_matter = index == 0 or line.strip() != "---"
            continue
        found = FENCE.fullmatch(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = None
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            fence = found[1]
        else:
            yield index, line


def to_plain(title):
    title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
    title = re.sub(r"(\*\*|\*|`)(.+?)\1", r"\2", title)
    return re.sub(r"<[^>]+>", "", title).strip()


def to_anchor(title):
    """As GitHub makes it: letters, digits, marks, hyphens and underscores stay, spaces become hyphens."""
    kept = (c for c in title.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM" or unicodedata.category(c) == "Pc")
    return "".join(kept).replace(" ", "-")


def insert(lines, table, listed):
    block = [START, "", *table, "", END]
    stripped = [line.strip() for line in lines]
    if START in stripped and END in stripped[stripped.index(START) :]:
        start = stripped.index(START)
        end = stripped.index(END, start)
        return [*lines[:start], *block, *lines[end + 1 :]]
    at = listed[0]["line"] if listed else len(lines)
    return [*lines[:at], *block, "", *lines[at:]]


def check(lines, headings):
    anchors = {heading["anchor"] for heading in headings}
    for _, line in prose(lines):
        anchors.update(re.findall(r"<a\s[^>]*(?:id|name)=[\"']([^\"']+)[\"']", line))
    broken = 0
    for index, line in prose(lines):
        for anchor in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if anchor and anchor.lower() not in anchors and anchor not in anchors:
                print(f"line {index + 1}: no heading has the anchor #{anchor}")
                broken += 1
    if not broken:
        print("Every link to a heading finds one")
    return 1 if broken else 0


if __name__ == "__main__":
    main()
