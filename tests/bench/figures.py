"""What a bench says: a row of figures, its table, its file."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """A set of measurements in the row's unit; shares: also these percentiles, in the order asked."""

    min: float
    median: float
    max: float
    shares: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, values: Sequence[float], *shares: int) -> "Spread":
        """Raises ValueError for no measurement at all."""
        if not values:
            raise ValueError("nothing was measured")
        ordered = sorted(values)
        asked = tuple((one, share(ordered, one)) for one in shares)
        return cls(ordered[0], statistics.median(ordered), ordered[-1], asked)

    def percent(self, wanted: int) -> float:
        """One of the percentiles. Raises KeyError if it was not asked for."""
        return dict(self.shares)[wanted]

    def to_json(self) -> dict[str, float]:
        found = {"min": self.min, "median": self.median, "max": self.max}
        found |= {f"p{one}": value for one, value in self.shares}
        return {name: round(value, 4) for name, value in found.items()}

    def told(self) -> str:
        """For the table: min / median / max, with the percentiles before the last."""
        parts = [self.min, self.median, *(value for _, value in self.shares), self.max]
        return " / ".join(_short(one) for one in parts)


def share(ordered: Sequence[float], percent: int) -> float:
    """The value that `percent` of the ordered measurements do not exceed (nearest rank)."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The same work done without the program, in the same run; what: in words."""

    what: str
    spread: Spread


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ratio: ours to the baseline. met None: there is no goal."""

    name: str
    unit: str
    ours: Spread
    baseline: Baseline | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        beside = self.baseline
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours.to_json(),
            "baseline": {"what": beside.what, **beside.spread.to_json()} if beside else None,
            "ratio": round(self.ratio, 3) if self.ratio is not None else None,
            "goal": self.goal,
            "met": self.met,
            "note": self.note,
        }


def table(rows: Sequence[Row]) -> str:
    """The rows as text, one paragraph each: figures are min / median / percentiles / max."""
    lines = []
    for row in rows:
        names = ["min", "median", *(f"p{one}" for one, _ in row.ours.shares), "max"]
        lines.append(f"{row.name} [{row.unit}: {' / '.join(names)}]")
        lines.append(f"    ours      {row.ours.told()}")
        if row.baseline is not None:
            lines.append(f"    baseline  {row.baseline.spread.told()}   {row.baseline.what}")
        if row.ratio is not None:
            lines.append(f"    ratio     {row.ratio:.2f}")
        if row.goal:
            lines.append(f"    goal      {row.goal}: {'met' if row.met else 'NOT met'}")
        if row.note:
            lines.append(f"    note      {row.note}")
    return "\n".join(lines)


def save(path: Path, rows: Sequence[Row], about: dict[str, Any]) -> None:
    """Write the rows and what is known of the run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {"about": about, "rows": [row.to_json() for row in rows]}
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
