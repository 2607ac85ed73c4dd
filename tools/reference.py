"""Write what the documentation knows from the code: python tools/reference.py

A page says where: between ``<!-- begin KIND NAME -->`` and ``<!-- end -->`` stands what is made here, of the
models, of the parser and of the registries. All else on a page is written by hand. The schema that the
specs of the project name in their first lines is written too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gdanim import catalog, cli, listing
from gdanim.registry import aliases
from gdanim.registry import names as registered
from gdanim.schema import FILE as SCHEMA
from gdanim.schema import schema
from gdanim.spec import Keys, read
from gdanim.theme import themes

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- begin (\w+) ?(\w*) -->\n).*?(<!-- end -->)", re.DOTALL)
NOWHERE = tempfile.gettempdir()

# Where the keys of a mapping are told, on the page of the spec.
SECTIONS = {
    "FunctionEntry": "[function](#functions)",
    "GradientEntry": "[gradient](#gradients)",
    "OptimizerEntry": "[optimizer](#optimizers)",
    "RateEntry": "[learning rate](#learning-rates)",
    "FormatEntry": "[format](#formats)",
    "Start": "[start](#starts)",
    "GridStarts": "[grid](#starts)",
    "RandomStarts": "[random points](#starts)",
    "RingStarts": "[ring](#starts)",
    "Stop": "[mapping](#stop)",
    "Camera": "[mapping](#camera)",
    "Keyframe": "[keyframe](#camera)",
    "View": "[mapping](#view)",
    "Colors": "[mapping](#colors)",
    "Video": "[mapping](#video)",
    "Card": "[mapping](#card)",
    "Grid": "[losses of your own](#sweep)",
    "Beat": "[sentence](#what-is-said)",
    "ActKeys": "[act](#acts)",
}


def main() -> None:
    """Bring every page up to date; each that changes is named."""
    for page, text in pages():
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(f"{page.relative_to(ROOT)} is written anew")


def pages() -> Iterator[tuple[Path, str]]:
    """The pages of docs/ and the schema beside the specs, with what they should say."""
    registered._installed.clear()  # what other packages offer is not ours
    here = Path.cwd()
    os.chdir(NOWHERE)  # nor are scenes of the working folder
    try:
        for page in sorted((ROOT / "docs").rglob("*.md")):
            text = page.read_text(encoding="utf-8")
            yield page, BLOCK.sub(lambda block: block[1] + made(block[2], block[3]) + block[4], text)
        yield ROOT / "specs" / SCHEMA, f"{json.dumps(schema(), indent=2)}\n"
    finally:
        os.chdir(here)


def made(kind: str, name: str) -> str:
    """The text of one block. Raises KeyError where nothing is made by that name."""
    kinds = {
        "keys": keys,
        "command": command,
        "names": names,
        "details": details,
        "themes": palettes,
        "aliases": others,
    }
    return "\n" + "\n".join(kinds[kind](name)) + "\n\n"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """A table of Markdown."""
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


# The keys of a spec


def keys(model: str) -> Iterator[str]:
    """The keys of a mapping of the spec, by the name of its model."""
    tree = Keys.model_json_schema()
    own = tree if model == "Keys" else tree["$defs"][model]
    inherited = tree["properties"] if model == "ActKeys" else {}
    yield from table(
        ("key", "value", "default", ""),
        (
            (f"`{key}`", value(given), default(key, given, own), formatted(given.get("description", "")))
            for key, given in own["properties"].items()
            if key not in (*inherited, "parameters", "objective")
        ),
    )


def value(given: Mapping[str, Any]) -> str:
    """What a key may hold, in words, from its JSON Schema."""
    if "$ref" in given:
        return SECTIONS[given["$ref"].rpartition("/")[2]]
    for ways in ("anyOf", "oneOf"):
        if ways in given:
            return " or ".join(dict.fromkeys(value(way) for way in given[ways] if way != {"type": "null"}))
    if "enum" in given:
        return ", ".join(f"`{word}`" for word in given["enum"])
    match given.get("type"):
        case "array" if "prefixItems" in given:
            return f"[{', '.join(value(item) for item in given['prefixItems'])}]"
        case "array":
            most = f", at most {given['maxItems']}" if "maxItems" in given else ""
            return f"list ({value(given['items'])}{most})"
        case "object" if isinstance(given.get("additionalProperties"), dict):
            return f"mapping ({value(given['additionalProperties'])} by name)"
        case "object":
            return "mapping"
        case "string":
            return "text"
        case "boolean":
            return "`true`, `false`"
        case kind:
            return f"{'whole number' if kind == 'integer' else kind}{bounds(given)}"


def bounds(given: Mapping[str, Any]) -> str:
    """The range of a number."""
    low, above, high = (given.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if above is not None:
        return f" above {above:g}"
    if low is None:
        return ""
    return f", at least {low:g}" if high is None else f", {low:g} to {high:g}"


def default(key: str, given: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """What a key is when it is left out; nothing where its description or its own section says so."""
    if key in own.get("required", ()):
        return "required"
    if "default" not in given:  # it is made of models
        return f"`[{', '.join(entry.name for entry in getattr(Keys(), key))}]`"
    found = given["default"]
    if isinstance(found, dict) or found in (None, []):
        return ""
    if isinstance(found, bool):
        return f"`{str(found).lower()}`"
    return f"`{found:g}`" if isinstance(found, float) else f"`{found}`".replace("'", "")


def formatted(text: str) -> str:
    """A description, with formulas and mappings as code."""
    return re.sub(r"(?<!`)(\{[^}]*\}|x\^2 \+ 10\*y\^2)(?!`)", r"`\1`", text)


# The commands


def command(name: str) -> Iterator[str]:
    """How a command is called, and its arguments; of all commands without a name."""
    parser = cli._parser(argparse.ArgumentParser(add_help=False))
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    if not name:
        told = {choice.dest: choice.help or "" for choice in commands._choices_actions}
        yield from table(
            ("command", ""), ((f"[`{word}`](commands/{word}.md)", told[word]) for word in commands.choices)
        )
        return
    actions = [action for action in commands.choices[name]._actions if action.dest != "help"]
    yield "```text"
    yield " ".join(["gdanim", name, *usage(commands.choices[name], actions)])
    yield "```"
    if actions:
        yield ""
        yield from table(("argument", ""), ((f"`{shown(action)}`", helped(action)) for action in actions))


def usage(parser: argparse.ArgumentParser, actions: list[argparse.Action]) -> Iterator[str]:
    """The arguments as they stand in a call; of those in a group only one does."""
    groups = [group._group_actions for group in parser._mutually_exclusive_groups]
    for action in actions:
        group = next((group for group in groups if action in group), [action])
        if action is group[0]:
            text = " | ".join(map(shown, group)) + ("..." if action.nargs == "+" else "")
            yield text if action.required else f"[{text}]"


def shown(action: argparse.Action) -> str:
    """An argument with its value."""
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    if not action.option_strings:
        return str(value)
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {value}"


def helped(action: argparse.Action) -> str:
    """What an argument is for, and how often it may be given."""
    text = (action.help or "").replace("%%", "%")
    if action.nargs == "+":
        return "one or more"
    return f"{text}; as often as you like" if isinstance(action, argparse._AppendAction) else text


# What is registered


def names(kind: str) -> Iterator[str]:
    """All names of a kind, with one line on each; those that have a section are links to it."""
    linked = kind != "verdicts"
    yield from table(
        ("name", ""),
        ((f"[`{name}`](#{name})" if linked else code(name), line) for name, _, line in listing.listing(kind)),
    )


def details(kind: str) -> Iterator[str]:
    """All that is known of a kind, a section for each name."""
    if kind == "scenes":
        yield from scenes()
    else:
        yield from "\n".join(listing.markdown(kind)).split("\n")[2:]


def others(kind: str) -> Iterator[str]:
    """What torch, optax and Keras call names of a kind, and keys of its entries."""
    rows = [(name, ours) for name, ours in aliases.NAMES[kind].items() if name.lower() != ours]
    spelled = [code(name) for name, ours in aliases.NAMES[kind].items() if name.lower() == ours]
    keys = {
        word: f"{place[0]}[{place[1]}]" if len(place) == 2 else place[0]
        for word, place in aliases.KEYS.get(kind, {}).items()
    }
    for name in listing.REGISTRIES[f"{kind}s"]:
        for word, place in aliases.KEYS_OF.get(name, {}).items():
            keys[word] = f"{place[0]} of {name}"
    if spelled:
        yield f"Also {', '.join(spelled)}.\n"
    if rows:
        yield from table(("name", "here"), ((code(name), code(ours)) for name, ours in rows))
        yield ""
    if keys:
        yield from table(("key", "here"), ((code(word), code(ours)) for word, ours in keys.items()))


def scenes() -> Iterator[str]:
    """What a scene says of itself, and the films that it is in."""
    files = [*sorted((ROOT / "specs").glob("*.yaml")), *sorted((ROOT / "specs").glob("*/*.yaml"))]
    films = {file: {part.scene for part in read(file)[0].parts} for file in files}
    for name, drawn, line in listing.listing("scenes"):
        said = catalog.facts(name)
        none = ", or none" if 0 in said.numbers() else ""
        yield from (f"## {name}\n", line, "", f"- draws {drawn}{none}")
        most = said.most_rates, said.most_balls
        for number, what in zip(most, ("pairs of optimizer and rate", "balls"), strict=True):
            if number < sys.maxsize:
                yield f"- at most {number} {what}"
        if said.uses:
            yield f"- reads {' and '.join(f'`{key}`' for key in said.uses)}"
        yield from listing.told_of_sentences(name)
        shown = (file for file, used in films.items() if name in used)
        links = (f"[{file.stem}](../../{file.relative_to(ROOT).as_posix()})" for file in shown)
        yield f"- films: {', '.join(links)}\n"


def palettes(_: str) -> Iterator[str]:
    """The colours of every theme."""
    head = ("theme", "background", "text", "axes and formula", "colormap", "balls, in order")
    plain = ("background", "text", "secondary", "colormap")
    yield from table(
        head,
        (
            (code(name), *(code(getattr(theme, key)) for key in plain), " ".join(map(code, theme.palette)))
            for name, theme in themes.items()
        ),
    )


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`"


if __name__ == "__main__":
    main()
