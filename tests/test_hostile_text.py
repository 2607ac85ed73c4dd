"""Texts of strangers: wherever one can stand, it is refused at its place or drawn as it was typed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import typst
from hostile import TEXTS
from keys import Key, keys

import gdanim
from gdanim.errors import LONGEST, Mistake, SpecError
from gdanim.formula import check_axis

LITERAL = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
MARK = "Qzx"  # in no markup of ours
KEYS = [key for key in keys() if str in key.kinds]
# One spec for each scene that shows other words, with a text wherever one can stand.
SHOWN: dict[str, dict[str, Any]] = {
    "surface": {"optimizers": [{"name": "sgd", "label": "?"}, {"name": "adam", "label": "?2"}]},
    "losses": {"optimizers": [{"name": "sgd", "label": "?"}], "takeaway": "?"},
    "learning_rates": {"optimizers": [{"name": "sgd", "label": "?"}], "learning_rates": [0.1, 0.2]},
    "anatomy": {"optimizers": [{"name": "adam", "label": "?"}]},
    "explain": {"optimizers": [{"name": "adam", "label": "?"}]},
    "contour": {"optimizers": [{"name": "sgd", "label": "?"}], "view": {"legend": "compact"}},
    "card": {"card": {"lines": ["?"], "table": [["?", "?"], ["?", "?"]]}},
    "regression": {
        "functions": [
            {"name": "linear_regression", "data": {"?": [0, 1, 2], "?2": [1, 2, 4]}, "columns": ["?", "?2"]}
        ]
    },
    "sweep": {"sweep": {"data": {"?": [0, 0, 1, 1], "?2": [0, 1, 0, 1], "?3": [1, 2, 3, 4]}}},
}


def said(text: str, scene: str) -> dict[str, Any]:
    """The spec of a scene with a text in place of every question mark, as title and as captions."""
    spec: dict[str, Any] = json.loads(json.dumps(SHOWN[scene]).replace("?", json.dumps(text)[1:-1]))
    functions = [] if scene in ("card", "sweep") else [{"expr": "x^2 + 2*y^2"}]
    return {
        "scene": scene,
        "title": text[:1000],
        "acts": [{"say": text[:10_000], "steps": 3}],
        "video": {"captions": "burned"},
        **({"functions": functions} if functions else {}),
        **spec,
    }


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_text_is_refused_at_its_place_or_taken(key: Key) -> None:
    for text in TEXTS:
        for mistake in mistakes(json.dumps(key.said(text))):
            assert mistake.line == 1, text[:50]
            assert mistake.column > 1, text[:50]
            assert len(mistake.message) <= LONGEST, text[:50]


def mistakes(text: str) -> tuple[Mistake, ...]:
    """What is wrong with a spec."""
    try:
        gdanim.load(text)
    except SpecError as error:
        return error.mistakes
    return ()


@pytest.mark.parametrize("text", [text for text in TEXTS if text.isascii()])
def test_no_hostile_text_is_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="the name of an axis is"):
        check_axis(text)


@pytest.mark.parametrize("deep", ["(1 + *^0.9)", r"\frac{1}{2 + *}", "sqrt(* + 1)"])
def test_a_deep_formula_is_set_soon(
    deep: str, filming: Callable[..., AbstractContextManager[Any]], painted: Callable[..., Any]
) -> None:
    text = "x"
    for _ in range(19):
        text = deep.replace("*", text)
    spec = {"functions": [f"{text} + y^2"], "scene": "explain", "starts": [[0.3, 0.4]], "steps": 3}
    begun = time.process_time()
    with filming(gdanim.load(spec), height=120, rate=1) as film:  # where there is least room
        painted(film, 1.0)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("scene", SHOWN)
def test_texts_reach_typst_as_data(
    scene: str,
    filming: Callable[..., AbstractContextManager[Any]],
    painted: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources: list[str] = []
    typeset, manims = typst.compile_with_warnings, typst.compile

    def kept(source: bytes, **options: Any) -> Any:
        sources.append(source.decode())
        return typeset(source, **options)

    def kept_of(file: str, **options: Any) -> Any:
        sources.append(Path(file).read_text(encoding="utf-8"))
        return manims(file, **options)

    monkeypatch.setattr(typst, "compile_with_warnings", kept)
    monkeypatch.setattr(typst, "compile", kept_of)  # for manim, which sets titles
    text = "".join(f"{MARK}{hostile}" for hostile in TEXTS[::5])[:150]
    with filming(gdanim.load(said(text, scene))) as film:
        painted(film, 1.0)
    assert any(MARK in source for source in sources)
    for source in sources:
        assert MARK not in LITERAL.sub("", source)
