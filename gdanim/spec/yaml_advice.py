"""What to write instead, where a text is not valid YAML: advice for those who do not know YAML.

PyYAML says what it could not do with the text; here the line itself is looked at for the usual slips.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

ODD_SPACES = "\u00a0\u2007\u202f\u3000\u2003\u2009"  # look like a space and are none
SMART = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a"
LONGEST = 1000  # characters of a line that are looked at
MOST_SHOWN = 80  # characters of a text that is shown in quotes
SPECIAL = "@`%*&!|>{}[],#?-\"'"  # begin something in YAML, so no text

_COLORS = re.compile(r"\[\s*(?:#[0-9a-fA-F]{3,6}|\w+)(?:,\s*(?:#[0-9a-fA-F]{3,6}|\w+))*\s*\]")
_KEY = r"(?P<indent>[ ]*(?:-[ ]+)*)(?P<key>[\w.-]+)"
_PAIR = re.compile(_KEY + r"[ ]*:(?P<value>[ ].*|)$")


def quoted(text: str) -> str:
    """A text as it stands in quotes in a YAML file."""
    text = text.strip().strip(SMART)
    if len(text) > MOST_SHOWN:
        text = f"{text[: MOST_SHOWN - 3]}..."
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def advice(text: str, error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
    """Line, column (from 1) and remedy of what made PyYAML give up; its own words where none is known."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    begun = error.context_mark.line if error.context_mark else line
    if "<stream end>" in (error.problem or ""):  # what opened it may be anywhere
        begun = 0
    breaks = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # of YAML
    lines = [line[:LONGEST] for line in breaks.split(text)]
    told = ", ".join(part for part in (error.context, error.problem) if part)
    for found in (
        *(_in_line(lines[k], k) for k in range(min(begun, line), min(line + 1, len(lines)))),
        _told(lines, error, line, column),
    ):
        for place, where, remedy in found:
            return place + 1, where + 1, f"not valid YAML: {remedy}"
    return line + 1, column + 1, f"not valid YAML: {told}"


def of_text(text: str) -> tuple[int, int, str] | None:
    """The slip in a file that is one text instead of keys and values: line, column (from 1) and remedy."""
    for k, line in enumerate(text.splitlines()):
        line = line[:LONGEST]
        for place, column, remedy in (*_in_line(line, k), *_no_pair(line, k)):
            return place + 1, column + 1, remedy
    return None


Slip = Iterator[tuple[int, int, str]]  # line and column from 0, and the remedy


def _in_line(line: str, k: int) -> Slip:
    """Slips that a line shows by itself."""
    if match := re.match(r"[ ]*\t", line):
        yield k, match.end() - 1, "a tab indents this line: use spaces"
    if match := re.match(rf"[ -]*(?:[\w.-]+[ ]*:?[ ]*)?(?=[{ODD_SPACES}])", line):
        yield k, match.end(), "this space is no ordinary one (it was pasted, perhaps): type it again"
    if match := re.match(r"([ -]*\w+)\s*\uff1a", line):
        pair = f"{match[1].strip()}: {line[match.end() :].strip()}"
        yield k, match.end() - 1, f"write an ordinary colon and a space: {pair}"
    if (match := _COLORS.search(line)) and "#" in match[0]:
        colors = re.sub(r"#\w+", lambda color: quoted(color[0]), match[0]).replace("[ ", "[")
        yield k, match.start(), f"# begins a comment: put each color in quotes, write {colors}"
    if match := re.match(r"(.*?[\s{,]\w+:)\s*#(?=\w)", line):
        told = (
            _until(line[match.end() - 1 :], ",}]")
            if re.search(r"[{\[]", match[1])
            else line[match.end() - 1 :]
        )
        yield k, match.end() - 1, f"# begins a comment: put the text in quotes, {quoted(told)}"


def _told(lines: list[str], error: yaml.MarkedYAMLError, k: int, column: int) -> Slip:
    """Slips by what PyYAML says of them."""
    problem, context = error.problem or "", error.context or ""
    line = lines[k] if k < len(lines) else ""
    start = error.context_mark
    yield from _after_brackets(line, k)
    if "another document" in problem:
        yield k, column, "--- begins another document: a file is one spec; parts of a film are its acts"
    if "unexpected end of stream" in problem and start and "quoted scalar" in context:
        yield start.line, start.column, _unclosed_quote(lines, start.line, start.column)
    if "unknown escape" in problem and (inside := re.search(r'"(.*)"', line)):
        yield (
            k,
            column,
            f"in double quotes a backslash begins an escape: use single ones, {quoted(inside[1])}",
        )
    if start and ("flow sequence" in context or "flow mapping" in context):
        yield from _in_brackets(lines, problem, start.line, start.column, k, column)
    if "<stream end>" in problem and (bracket := _open_bracket(lines)):
        yield from [bracket]
    if "mapping values are not allowed" in problem:
        yield from _second_colon(lines, k, column)
    if "could not find expected ':'" in problem and start:
        yield from _no_pair(lines[start.line], start.line)
    if "sequence entries are not allowed" in problem and (pair := _PAIR.match(line)):
        item = pair["value"].strip().removeprefix("-").strip()
        yield k, column, f"a list begins on the next line, or stands in brackets: {pair['key']}: [{item}]"
    if problem.endswith(("but found ']'", "but found '}'")):
        yield k, column, f"this {line[column : column + 1]} closes nothing"
    if "block mapping" in context and problem.endswith("found '-'") and (item := line.strip()):
        yield k, column, f"a list stands below its key, such as acts: write the key in a line above {item!r}"
    if "block collection" in context and "found '-'" not in problem and start:
        text = "a list and keys cannot be neighbours: a list stands below its key"
        yield k, column, text
    if "expected <block end>" in problem:
        for j in range(start.line if start else k, k):
            yield from _odd_quote(lines[j], j)
    if match := _unquoted(line, column):
        yield k, match[0], match[1]
    if alias := re.match(r"found undefined alias '(.*)'", problem):
        yield k, column, f"*{alias[1]} is nothing yet: a value before it begins with &{alias[1]}"
    if "expected <block end>" in problem:
        yield from _wrong_indentation(lines, k)


def _after_brackets(line: str, k: int) -> Slip:
    """What stands behind the value of a key in brackets, where nothing may."""
    pair = re.match(_KEY + r"[ ]*:[ ]+(?=[\[{])", line)
    depth = 0
    for at in range(pair.end(), len(line)) if pair else ():
        depth += (line[at] in "[{") - (line[at] in "]}")
        rest = line[at + 1 :].strip()
        if depth == 0:
            if rest in (",", ";", "."):
                yield k, line.rindex(rest), f"drop the {rest} at the end of this line"
            if another := re.match(r"[,;]?\s*([a-z_]+:)\s", rest):
                yield k, line.index(another[1], at), f"begin a line with {another[1]}"
            return


def _unclosed_quote(lines: list[str], k: int, column: int) -> str:
    return f"this quotation mark is never closed: {lines[k][column:].strip()}{lines[k][column]}"


def _in_brackets(lines: list[str], problem: str, begun: int, opened: int, k: int, column: int) -> Slip:
    """A list or mapping in brackets that is not closed, or has something unquoted in it."""
    bracket = lines[begun][opened : opened + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    yield from _odd_quote(lines[begun], begun)
    if k > begun or "<stream end>" in problem:
        yield begun, opened, f"this {bracket} is never closed: a {closing} is missing"
    if column < len(lines[k]):
        begin = max(lines[k].rfind(c, 0, column) for c in "[{,:") + 1
        item = _until(lines[k][begin:], ",]" if bracket == "[" else ",}").strip()
        yield k, column, f"a text with {lines[k][column]} in it needs quotes: {quoted(item)}"


def _open_bracket(lines: list[str]) -> tuple[int, int, str] | None:
    """The first bracket that more are opened with than closed in its line."""
    for k, line in enumerate(lines):
        for bracket, closing in ("[]", "{}"):
            if line.count(bracket) > line.count(closing):
                return k, line.index(bracket), f"this {bracket} is never closed: a {closing} is missing"
    return None


def _odd_quote(line: str, k: int) -> Slip:
    """A quotation mark in a line that no other one closes."""
    bare = re.sub(r"\"[^\"]*\"|(?<!\w)'[^']*'", lambda m: " " * len(m[0]), line)
    if found := re.search(r"\"|(?<!\w)'", bare):
        yield k, found.start(), f"this quotation mark is never closed: a {found[0]} is missing"


def _second_colon(lines: list[str], k: int, column: int) -> Slip:
    """A colon where none may be: in a text, or below a line that is no key or has its value already."""
    line = lines[k]
    pair = _PAIR.match(line)
    above = next((j for j in range(k - 1, -1, -1) if lines[j].strip() and lines[j].strip()[0] != "#"), None)
    if pair and line.index(":") < column:
        value = pair["value"].strip()
        if re.fullmatch(r"\w+:\s+\[.*\]", value):
            yield k, column, f"keys below a key stand in braces: {pair['key']}: {{{value}}}"
            return
        nested = re.fullmatch(r"([a-z_]+):\s+([^\s:]+)", value)
        ways = f", or a key below it in braces, {pair['key']}: {{{value}}}" if nested else ""
        if second := re.fullmatch(r"[\d.\]}\"]+\s+([a-z_]+:)\s.*", value):
            ways = f", or begin a line with {second[1]}"
        yield k, column, f"a text with a colon needs quotes: {pair['key']}: {quoted(value)}{ways}"
        return
    if above is None:
        return
    if not _PAIR.match(lines[above]):
        yield from _no_pair(lines[above], above)
    else:
        yield from _wrong_indentation(lines, k)


def _no_pair(line: str, k: int) -> Slip:
    """A line that should be a key with its value and is none."""
    if match := re.match(r"\s*-(?=[^\s-])", line):
        yield k, match.end(), "put a space after the -"
    elif match := re.match(_KEY + r"\s*(?P<sign>[=:]|:=)\s*(?P<value>\S.*)$", line):
        why = "put a space after the colon" if match["sign"] == ":" else "a key ends in a colon"
        yield k, match.start("sign"), f"{why}: {match['key']}: {match['value'].strip()}"
    elif match := re.match(_KEY + r"\s+(?P<value>[^\s:].*)$", line):
        yield k, match.end("key"), f"a colon is missing: {match['key']}: {match['value'].strip()}"
    elif match := re.match(_KEY + r"\s*$", line):
        yield k, match.end("key"), f"a colon is missing: {match['key']}: ..."


def _unquoted(line: str, column: int) -> tuple[int, str] | None:
    """A text that begins as something else in YAML, or goes on after its quotes: where, and in quotes."""
    pair = re.match(r"[ ]*(?:-[ ]+)*(?:[\w.-]+:[ ]+)?(?P<value>\S.*)$", line)
    if pair is None:
        return None
    value, begin = pair["value"].rstrip(), pair.start("value")
    if re.match(r"[^\s\[{].*[\[{,]", line) and value[:1] in "[{" and _closes_at_end(value):
        begin = max(line.rfind(c, 0, column) for c in "[{,") + 1  # one of the items is it
        begin += len(line[begin:]) - len(line[begin:].lstrip())
        value = _until(line[begin:], ",]}").rstrip()
    if value[:1] in ("'", '"'):
        inner = value[1:-1] if value[-1:] == value[0] and len(value) > 1 else value
        remedy = quoted(inner)
        return column, f"the quotes end before the text does: {remedy}"
    if value[:1] in SPECIAL and value:
        return begin, f"a text that begins with {value[0]} needs quotes: {quoted(value)}"
    return None


def _closes_at_end(value: str) -> bool:
    return value[-1:] == {"[": "]", "{": "}"}[value[0]]


def _wrong_indentation(lines: list[str], k: int) -> Slip:
    """The spaces that a line may begin with, by those of the lines above it."""
    indent = len(lines[k]) - len(lines[k].lstrip(" "))
    fitting: dict[int, str] = {}
    for line in reversed(lines[max(0, k - LONGEST) : k]):
        for text in line.lstrip(" -"), line.lstrip(" "):  # the first key of an item, and its -
            depth = len(line) - len(text)
            if text and text[0] != "#" and all(depth < other for other in fitting):
                fitting[depth] = text.split(":")[0][:30]
    if indent not in fitting and fitting:
        ways = " or ".join(f"{depth} as {key!r} above" for depth, key in sorted(fitting.items()))
        yield k, indent, f"this line begins with {indent} space{'' if indent == 1 else 's'}: it needs {ways}"


def _until(text: str, ends: str) -> str:
    """What stands before the first of some characters."""
    return re.split("[" + re.escape(ends) + "]", text, maxsplit=1)[0]
