"""The command line: reads arguments, calls the package, tells mistakes; nothing else."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gdanim.errors import InputError
from gdanim.running import BAD_INPUT, FAILED, OK, ended, failed, open_streams, tell
from gdanim.version import __version__

if TYPE_CHECKING:
    from gdanim.output.provenance import Origin
    from gdanim.output.studio import Studio
    from gdanim.spec import Spec


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 bad input, 128 + a signal."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: threads wait for one another
    open_streams()
    anywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    anywhere.add_argument(
        "--plugin", action="append", default=[], metavar="FILE", help="Python file with names of your own"
    )
    anywhere.add_argument(
        "--no-local-scenes", action="store_true", help="leave alone what ./scenes has: it is code"
    )
    anywhere.add_argument(
        "--allow-outside", action="store_true", help="specs may read files outside their folder"
    )
    found, words = anywhere.parse_known_args(_joined(sys.argv[1:] if argv is None else argv))
    arguments = _parser(anywhere).parse_args(words)
    warnings.showwarning = _tell
    return ended(lambda: _run(found, arguments))


def _run(found: argparse.Namespace, arguments: argparse.Namespace) -> int:
    from gdanim.trust import trusting

    with trusting(local_scenes=not found.no_local_scenes, outside=found.allow_outside):
        if found.plugin:
            from gdanim.plugins import load as load_plugin

            for file in found.plugin:
                load_plugin(file)
        code: int = arguments.command(arguments)
    return code


def _tell(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    """Our own warnings in one line; those of libraries about numbers are no news to a user."""
    if issubclass(category, UserWarning):
        tell(f"gdanim: {message}")


def _joined(argv: Sequence[str]) -> list[str]:
    """What argparse would take for options: values such as ``-3,4`` and ``-x^2`` glued to their own, files
    such as ``-x.yaml`` with their folder.
    """
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in ("--func", "--start", "--lr", "--at"):
            joined[-1] += f"={word}"
        elif word.startswith("-") and word.endswith((".yaml", ".yml")) and "=" not in word:
            joined.append(f"./{word}")
        else:
            joined.append(word)
    return joined


def _parser(anywhere: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser of all commands; ``anywhere`` knows what is allowed in all of them."""
    parser = argparse.ArgumentParser(
        prog="gdanim", description="Films of gradient descent from YAML specs.", parents=[anywhere]
    )
    parser.add_argument("--version", action="version", version=f"gdanim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    render = commands.add_parser("render", help="make the films of specs")
    render.add_argument("specs", nargs="+", metavar="SPEC")
    _add_quality(render)
    _add_settings(render)
    render.add_argument(
        "-f", dest="formats", action="append", metavar="FORMAT", help="one of `gdanim list formats`"
    )
    render.add_argument(
        "-o", dest="directory", default="media", metavar="DIR", help="where films land (media)"
    )
    render.add_argument("--force", action="store_true", help="also what is up to date, all of it drawn anew")
    render.add_argument(
        "-j", dest="processes", metavar="N", help="how many processes draw (as many as are of use)"
    )
    render.set_defaults(command=_render)

    check = commands.add_parser("check", help="find the mistakes in specs")
    check.add_argument("specs", nargs="+", metavar="SPEC")
    _add_settings(check)
    check.set_defaults(command=_check)

    solve = commands.add_parser("solve", help="compute all steps as a table")
    solve.add_argument("specs", nargs="+", metavar="SPEC")
    target = solve.add_mutually_exclusive_group()
    target.add_argument("--csv", default="-", metavar="FILE", help="- is standard output (default)")
    target.add_argument("--json", metavar="FILE", help="- is standard output")
    target.add_argument("--npz", metavar="FILE", help="an array for each column, for numpy")
    target.add_argument("--parquet", metavar="FILE", help="for pandas, polars and others; needs pyarrow")
    _add_settings(solve)
    solve.set_defaults(command=_solve)

    still = commands.add_parser("still", help="draw one moment of a film")
    still.add_argument("spec", metavar="SPEC")
    still.add_argument(
        "--at",
        default="end",
        metavar="WHEN",
        help="seconds, a share such as 25%%, start, end (default), or a chapter's name: its last picture",
    )
    _add_quality(still)
    _add_settings(still)
    still.add_argument("-o", dest="path", type=Path, required=True, metavar="FILE.png")
    still.set_defaults(command=_still)

    descent = commands.add_parser("descent", help="follow one descent step by step")
    descent.add_argument("--func", required=True, help='such as "x^2 + y^2", or a registered name')
    descent.add_argument("--lr", required=True, help="learning rate")
    descent.add_argument("--start", required=True, help='such as "3,4"')
    descent.add_argument("--all", action="store_true", help="every step, however many")
    descent.add_argument("--film", type=Path, metavar="FILE", help="film it too, such as film.mp4")
    descent.set_defaults(command=_descent)

    clean = commands.add_parser("clean", help="empty the cache of pieces of films")
    clean.set_defaults(command=_clean)

    listing = commands.add_parser("list", help="what a spec can name, and what a table can say")
    kinds = ("functions", "gradients", "optimizers", "schedules", "scenes", "themes", "formats", "verdicts")
    listing.add_argument("kind", choices=kinds)
    listing.add_argument("--markdown", action="store_true", help="all that is known, as a page")
    listing.set_defaults(command=_list)

    schema = commands.add_parser("schema", help="print the JSON Schema of specs")
    schema.set_defaults(command=_schema)

    new = commands.add_parser("new", help="write a commented spec to start from")
    new.add_argument("name", metavar="NAME")
    kind = new.add_mutually_exclusive_group()
    kind.add_argument(
        "--acts", action="store_true", help="a film of several acts, with chapters and captions"
    )
    kind.add_argument("--scene", metavar="SCENE", help="for one of `gdanim list scenes`")
    kind.add_argument("--data", metavar="FILE.csv", help="a line fitted to the points of a file beside it")
    new.set_defaults(command=_new)
    return parser


def _add_quality(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-q", dest="quality", metavar="QUALITY", help="480p15, 720p30... or a size: 400x225, 400x225p15"
    )


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="in place of what the spec says: view.theme=light, optimizers.0.momentum=0.9",
    )


def _render(arguments: argparse.Namespace) -> int:
    from gdanim.files import refuse_outside
    from gdanim.output import provenance

    sources = _once(arguments.specs)
    origins = {source: provenance.of(source, arguments.quality, arguments.settings) for source in sources}
    folders = {source: Path(arguments.directory) / _below_specs(Path(source)) for source in sources}
    for folder in folders.values():
        refuse_outside(folder, Path(arguments.directory))
    films = {
        source: made_from.films(folders[source], Path(source).stem, arguments.formats)
        for source, made_from in origins.items()
    }
    stale = [source for source in sources if arguments.force or not films[source]]
    if stale:  # else nothing is imported that loads or draws specs
        from gdanim.options import formats, processes, quality

        arguments.quality = quality(arguments.quality)
        arguments.formats = formats(arguments.formats)
        arguments.processes = processes(arguments.processes)
    specs, code = _loaded(stale, arguments.settings, _drawable)
    for source, spec in specs.items():
        origins[source] = origins[source].loaded(spec)
        names = dict.fromkeys(arguments.formats or [entry.name for entry in spec.formats])
        films[source] = [folders[source] / f"{spec.film}.{name}" for name in names]
    _refuse_rivals(films)
    orders = {}
    for source, files in films.items():
        old = [file for file in files if source in specs and not _current(specs[source], file, arguments)]
        for file in files:
            if file not in old:
                print(f"{file} is up to date")
        if old:
            orders[source] = Order(specs[source], old, origins[source])
    return _made(orders, arguments) or code


class Order(NamedTuple):
    """Films of a spec that are to be made, in one folder."""

    spec: Spec
    paths: list[Path]
    made_from: Origin


def _current(spec: Spec, path: Path, arguments: argparse.Namespace) -> bool:
    from gdanim.output import film

    return not arguments.force and film.current(spec, path, arguments.quality)


def _made(orders: dict[str, Order], arguments: argparse.Namespace) -> int:
    """Make films, as many specs at a time as processes draw; returns an exit code."""
    if not orders:
        return OK
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    from gdanim.output.studio import local, processes

    asked = arguments.quality
    films = ((spec, [path.suffix[1:] for path in paths], asked) for spec, paths, _ in orders.values())
    count = arguments.processes or processes(films)
    with local(count, fresh=arguments.force) as studio:

        def make(source: str) -> int:
            return _filmed(source, orders[source], arguments, studio)

        if count == 1:
            codes = list(map(make, orders))
        else:
            threads = ThreadPoolExecutor(
                count
            )  # an interrupt does not wait for them: they end with the studio
            ways = [threads.submit(copy_context().run, make, source) for source in orders]
            codes = [way.result() for way in ways]
    if studio.taken:
        tell(f"{studio.taken} of {studio.taken + studio.drawn} pieces were drawn already")
    return next(filter(None, codes), OK)


def _filmed(source: str, order: Order, arguments: argparse.Namespace, studio: Studio) -> int:
    """Make the films of a spec; returns an exit code."""
    from concurrent.futures import CancelledError

    from gdanim.output import film

    try:
        made = film.render(
            order.spec,
            directory=order.paths[0].parent,
            quality=arguments.quality,
            formats=tuple(path.suffix[1:] for path in order.paths),
            progress=sys.stderr.isatty(),
            made_from=order.made_from,
            studio=studio,
        )
    except CancelledError:  # who waits for it tells why
        return FAILED
    except InputError as error:  # of code that is not ours, when it runs
        tell(f"{source}: {error}")
        return BAD_INPUT
    except Exception as error:  # the other films can still be made
        return failed(source, error)
    print(*made, sep="\n")
    return OK


def _clean(_: argparse.Namespace) -> int:
    from gdanim.output import kept

    print(f"{kept.folder()}: {kept.trim(0) / 1e6:.1f} MB of pieces are gone")
    return OK


def _refuse_rivals(films: dict[str, list[Path]]) -> None:
    """Refuse specs two of which would write one file."""
    writers: dict[Path, str] = {}
    for source, paths in films.items():
        for path in paths:
            other = writers.setdefault(path.absolute(), source)
            if other != source:
                told = f"{other} and {source} would both write {path}"
                raise InputError(f"{told}: rename one, or render them apart with -o")


def _once(sources: Sequence[str]) -> list[str]:
    """Specs each once, however often and by whichever path they are named."""
    files: dict[Path, str] = {}
    for source in sources:
        files.setdefault(Path(source).parent.resolve() / Path(source).name, source)
    return list(files.values())


def _loaded(
    sources: Sequence[str], settings: Sequence[str], load: Callable[..., Spec]
) -> tuple[dict[str, Spec], int]:
    """The good specs by their path and an exit code; the mistakes of the others are told at once."""
    specs, code = {}, OK
    for source in sources:
        try:
            specs[source] = load(Path(source), settings=settings)
        except InputError as error:
            tell(error)
            code = BAD_INPUT
    return specs, code


def _below_specs(source: Path) -> Path:
    """The folders of a spec below the last one named specs: films keep them."""
    folders = source.resolve().parent.parts
    if "specs" not in folders:
        return Path()
    return Path(*folders[len(folders) - folders[::-1].index("specs") :])


def _check(arguments: argparse.Namespace) -> int:
    from gdanim.checks import contents, load, undrawn
    from gdanim.lengths import length
    from gdanim.output import forecast

    specs, code = _loaded(_once(arguments.specs), arguments.settings, load)
    for source, spec in specs.items():
        told = contents(spec)
        why = undrawn(spec)
        if not why:
            try:
                lasts = length(spec)
                told += [lasts.told(), forecast.outlook(spec, lasts)]
                for warning in forecast.warnings(spec, lasts):
                    tell(f"{source}: {warning}")
            except InputError as error:
                tell(f"{source}: {error}")
                code = BAD_INPUT
                continue
        print(f"{source}: {', '.join(told)}: ok{why and f'; {why}'}")
    return code


def _solve(arguments: argparse.Namespace) -> int:
    from gdanim.checks import load
    from gdanim.engine.descent import solve
    from gdanim.files import refuse_unwritable
    from gdanim.output import table

    specs, code = _loaded(_once(arguments.specs), arguments.settings, load)
    if code == OK:
        kinds: dict[str, Callable[..., None]] = {
            "parquet": table.write_parquet,
            "npz": table.write_npz,
            "json": table.write_json,
        }
        kind = next((kind for kind in kinds if getattr(arguments, kind)), "csv")
        target, binary = getattr(arguments, kind), kind in ("parquet", "npz")
        if target != "-":
            refuse_unwritable(Path(target))
        if binary and not target.endswith(f".{kind}"):
            raise InputError(f"--{kind}: end the name of the file in .{kind}, not {target!r}")
        if kind == "parquet":
            table.refuse_without_pyarrow()
        solutions = [solve(spec) for spec in specs.values()]
        with table.opened(target, binary=binary) as file:
            kinds.get(kind, table.write_csv)(file, solutions)
    return code


def _still(arguments: argparse.Namespace) -> int:
    from gdanim.files import refuse_unwritable
    from gdanim.options import moment, quality
    from gdanim.output import film

    wanted = quality(arguments.quality)
    if arguments.path.suffix.lower() != ".png":
        raise InputError(f"a still is a PNG: end its name in .png, not {arguments.path.name!r}")
    refuse_unwritable(arguments.path)
    spec = _drawable(Path(arguments.spec), arguments.settings)
    try:
        at = moment(arguments.at, spec)
    except InputError as error:
        raise InputError(f"--{error}") from None
    film.still(spec, at, wanted, arguments.path)
    print(arguments.path)
    return OK


def _descent(arguments: argparse.Namespace) -> int:
    from gdanim.checks import undrawn
    from gdanim.engine.descent import solve
    from gdanim.files import refuse_unwritable
    from gdanim.options import descent_spec
    from gdanim.output import table

    spec = descent_spec(arguments.func, arguments.lr, arguments.start, arguments.film)
    if arguments.film:
        refuse_unwritable(arguments.film)
        if why := undrawn(spec):
            raise InputError(why)
    act = solve(spec).acts[0]
    print(f"f({', '.join(act.objective.variables)}) = {arguments.func}, learning rate {arguments.lr}")
    print(*table.step_table(act, act.runs[0], whole=arguments.all), sep="\n")
    print(table.ending(act.runs[0], act, spec.parts[0]), flush=True)
    if arguments.film:
        from gdanim.output import film

        formats = (arguments.film.suffix[1:],)
        progress = sys.stderr.isatty()
        film.render(spec, directory=arguments.film.parent, quality=None, formats=formats, progress=progress)
        print(arguments.film)
    return OK


def _list(arguments: argparse.Namespace) -> int:
    from gdanim.listing import aligned, listing, markdown

    lines = markdown(arguments.kind) if arguments.markdown else aligned(listing(arguments.kind))
    print(*lines, sep="\n")
    return OK


def _schema(_: argparse.Namespace) -> int:
    from gdanim.schema import schema

    print(json.dumps(schema(), indent=2))
    return OK


def _new(arguments: argparse.Namespace) -> int:
    from gdanim.files import make_folder
    from gdanim.starter import starter

    path = Path(arguments.name)
    if path.suffix.lower() not in (".yaml", ".yml"):
        path = Path(f"{arguments.name}.yaml")
    if path.name.lower() in (".yaml", ".yml", ".yaml.yaml", ".yml.yaml"):
        raise InputError(f"{arguments.name!r} names no spec: write gdanim new first")
    text = starter(path, arguments.scene, arguments.data, arguments.acts)
    make_folder(path.parent)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{path} exists already; it was left as it is") from None
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    print(f"{path} is ready: gdanim render {shlex.quote(str(path))}")
    return OK


def _drawable(source: str | Path, settings: Sequence[str]) -> Spec:
    from gdanim.checks import load, undrawn

    spec = load(source, settings=settings)
    if why := undrawn(spec):
        raise InputError(f"{source}: {why}")
    return spec
