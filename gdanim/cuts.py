"""Where one part of a film goes over into the next: which of them show one function on one stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gdanim.catalog import facts, lasts
from gdanim.engine.solution import Act
from gdanim.spec import Part


def matches(before: Part, part: Part) -> bool:
    """Whether a part begins with what stands at the end of the one before: its surface, or its map.

    That is one function, on one domain, in one look. A map becomes a surface that is first seen from straight
    above.
    """
    if len(before.functions) != 1 or before.functions != part.functions or lasts(part.scene) is not None:
        return False
    if (before.domain, before.view) != (part.domain, part.view):
        return False
    shown, shows = facts(before.scene), facts(part.scene)
    stands = shown.stands and ("surface" in shows.stands or before.scene == part.scene)
    return bool(stands and shows.stands) and shown.whole_domain == shows.whole_domain


@dataclass(frozen=True)
class Stage:
    """A stage that parts of a film share, one after another."""

    parts: range

    def resumed(self, part: int) -> bool:
        """Whether a part, a number from 0, finds it standing."""
        return part > self.parts.start

    def others(self, part: int, acts: Callable[[int], Sequence[Act]]) -> list[Act]:
        """The acts of all other parts; ``acts`` gives those of a part."""
        return [act for k in self.parts if k != part for act in acts(k)]


def stages(parts: Sequence[Part]) -> list[Stage]:
    """For each part the stage on which it plays."""
    firsts = [k for k, part in enumerate(parts) if k == 0 or not matches(parts[k - 1], part)]
    shared = [Stage(range(*ends)) for ends in zip(firsts, [*firsts[1:], len(parts)], strict=True)]
    return [stage for stage in shared for _ in stage.parts]
