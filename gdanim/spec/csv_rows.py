"""A CSV file as it comes: its text, what separates its cells, its line of names, and its rows."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gdanim.spec.csv_numbers import is_missing, plain_number
from gdanim.spec.wording import counted

SEEN = 200  # rows that tell what separates cells
COMMENT = "#"
BLANK = " "
# What may separate cells, the likeliest first, and what is said where a row does not suit it.
ADVICE = {
    ",": "commas separate cells; with decimal commas let it be semicolons",
    ";": "semicolons separate cells",
    "\t": "tabs separate cells",
    "|": "bars separate cells",
    BLANK: "blanks separate cells; a cell that has some needs quotes",
}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
Row = tuple[int, list[str]]  # its line, from 1, and its cells


@dataclass
class Rows:
    """The cells of a file by column, as text without blanks around it, and what had to be assumed."""

    separator: str
    names: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)  # of each column
    lines: list[int] = field(default_factory=list)  # of each row, from 1
    notes: list[str] = field(default_factory=list)


def decoded(raw: bytes) -> tuple[str, str]:
    """The text of a file and what is said of its encoding; "" where that needs no word.

    A mark at its beginning tells the encoding, else it is UTF-8, else Windows' superset of Latin-1.
    Raises ValueError where it is no text.
    """
    named = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "")
    zeros = raw[:200].count(0)
    if not named and zeros >= len(raw[:200]) // 3 > 0:  # every other byte of plain letters in UTF-16
        named = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        return _text(raw, named or "utf-8"), ""
    except UnicodeDecodeError:
        if named:
            raise ValueError(f"it is no {named.upper()} text, as its first bytes say") from None
    return _text(raw, "cp1252", "replace"), "it is no UTF-8, and was read as Windows-1252 (Latin-1)"


def _text(raw: bytes, encoding: str, errors: str = "strict") -> str:
    text = raw.decode(encoding, errors)
    if "\0" in text:
        raise ValueError("it is no text: data are a CSV file")
    return text


def rows(text: str) -> Rows:
    """The columns of a text. Raises ValueError with the line that does not suit the others."""
    lines = text.splitlines(keepends=True)
    comments, given = [], ""
    if lines and (told := re.fullmatch(r'"?sep=(.)"?\s*', lines[0])):  # Excel's own
        given, lines[0] = told[1], "\n"
    for k in _comments(lines) if COMMENT in text else ():
        comments.append((k, lines[k].strip().lstrip(COMMENT)))
        lines[k] = "\n"  # which keeps the count of lines
    found = Rows(given or _separator(lines))
    table = list(_split(lines, found.separator))
    if not table:
        raise ValueError("there are no numbers in it")
    table = _without_words(table, found)
    above = [words for k, words in comments if k < table[0][0]]
    found.names, table = _named(table, above, found)
    columns = zip(*_even(table, found), strict=True)  # a column at a time: of a million rows that tells
    found.cells = [list(map(str.strip, column)) for column in columns] or [[] for _ in found.names]
    found.lines = [line for line, _ in table]
    _name_the_unnamed(found)
    return found


def _comments(lines: list[str]) -> list[int]:
    """The lines that are comments; where most below the first other one would be, they are data (colours)."""
    found = [k for k, line in enumerate(lines) if line.lstrip().startswith(COMMENT)]
    above = next((k for k, line in enumerate(found) if k != line), len(found))
    within = found[above:]
    return found if 2 * len(within) < len(lines) - above else found[:above]


def _split(lines: Iterable[str], separator: str) -> Iterator[Row]:
    """The rows that have a cell with something in it, which may have blanks after it."""
    if separator == BLANK:
        lines = (re.sub(r"[ \t]+", BLANK, line.strip()) + "\n" for line in lines)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    return ((reader.line_num, row) for row in reader if any(row))


def _separator(lines: list[str]) -> str:
    """The mark that splits most of the first rows into one number of cells, more than one; else a comma.

    csv.Sniffer would take a letter for it, or a decimal comma: it looks at characters, not at rows.
    """
    first = [line for line in lines if line.strip()][:SEEN]
    best, most = ",", 0.0
    for mark in ADVICE:
        try:
            widths = [len(row) for _, row in _split(first, mark)]
        except csv.Error:
            continue
        (width, count) = Counter(widths).most_common(1)[0] if widths else (0, 0)
        agreed = count / len(widths) if width > 1 else 0.0
        if mark in (BLANK, ",") and widths and widths[0] != width:  # a title, or a decimal comma
            agreed *= 0.5
        if agreed > most + 1e-9:
            best, most = mark, agreed
    return best


def _without_words(table: list[Row], found: Rows) -> list[Row]:
    """Rows without titles above them and sources below them: one cell of words in a table of several."""
    width = Counter(len(row) for _, row in table[:SEEN]).most_common(1)[0][0]

    def words(row: list[str]) -> bool:
        filled = _trimmed(row)
        return width > 1 and len(filled) == 1 and not plain_number(filled[0])

    first, last = 0, len(table)
    while first < last - 1 and words(table[first][1]):
        first += 1
    while last > first + 1 and words(table[last - 1][1]) and not is_missing(table[last - 1][1][0]):
        last -= 1
    for line, row in (*table[:first], *table[last:]):
        found.notes.append(f"line {line} was left out: {row[0].strip()[:40]!r}")
    return table[first:last]


def _named(table: list[Row], comments: list[str], found: Rows) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows below them; a name is "" where there is none."""
    line, header = table[0][0], _trimmed(table[0][1])
    width = max(len(_trimmed(row)) for _, row in table[:SEEN])
    if not _has_numbers(header, table[1:2]):
        names, below = header, table[1:]
        longer = all(len(_trimmed(row)) == len(names) + 1 for _, row in below[:SEEN])
        if len(below) > 1 and longer and not any(";" in cell for cell in below[0][1]):
            names = ["", *names]  # R gives its row names no name
        return names, below
    if comments:  # numpy.savetxt writes the names as a comment
        mark = found.separator if found.separator in comments[-1] else BLANK
        _, names = next(_split([comments[-1].strip()], mark), (0, []))
        if len(names) == width and not any(map(plain_number, names)):
            return [name.strip() for name in names], table
    names = ["x", "y"] if width == 2 else [f"column {k}" for k in range(1, width + 1)]
    found.notes.append(f"line {line} has no names: its columns are called {', '.join(names[:4])}")
    return names, table


def _has_numbers(header: list[str], second: list[Row]) -> bool:
    """Whether the first row is of numbers where the second one is, and they are not years."""
    below = _trimmed(second[0][1]) if second else header
    both = [cell for cell, under in zip(header, below, strict=False) if plain_number(cell) and under]
    years = len(both) < len(header) and all(re.fullmatch(r"(1[89]|20)\d\d", cell) for cell in both)
    return bool(both) and not years


def _trimmed(row: list[str]) -> list[str]:
    """A row without blanks around its cells, and without the empty ones at its end."""
    cells = [cell.strip() for cell in row]
    return cells[: max((k for k, cell in enumerate(cells, 1) if cell), default=0)]


def _even(table: list[Row], found: Rows) -> Iterator[list[str]]:
    """Rows with a cell for each name: those that are short get empty ones, which is told."""
    width, short = len(found.names), 0
    for line, row in table:
        if len(row) != width:  # which few are
            if len(_trimmed(row)) > width:
                told = f"{counted(len(row), 'value')} for {counted(width, 'column')}"
                raise ValueError(f"line {line}: {told}: {ADVICE.get(found.separator, '')}")
            short += len(row) < width
            row = [*row, *[""] * width][:width]
        yield row
    if short:
        found.notes.append(f"{counted(short, 'row')} had fewer cells than columns")


def _name_the_unnamed(found: Rows) -> None:
    """Empty columns without a name go; a first one is an index and stands last; others are numbered.

    A name that comes again is numbered as pandas does it.
    """
    kept: dict[str, list[str]] = {}
    index: dict[str, list[str]] = {}
    for k, (name, cells) in enumerate(zip(found.names, found.cells, strict=True)):
        if name:
            count = 0
            while (again := f"{name}.{count}" if count else name) in kept:
                count += 1
            kept[again] = cells
        elif any(cells):
            (index if k == 0 else kept)["index" if k == 0 else f"column {k + 1}"] = cells
    found.names, found.cells = list(whole := kept | index), list(whole.values())
