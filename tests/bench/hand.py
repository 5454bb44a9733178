"""The SQL that one would write by hand in SQLite for each of the kept filters: one statement with GROUP BY."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Op
from desktop.domain.text import fold
from desktop.store.tables import micros
from tests.bench.crowd import TODAY
from tests.bench.filters import Asked

_CODES: Final = {"none": 0, "yes": 1, "no": 2}
_NUMBERS: Final = ("Points",)
_MOMENTS: Final = ("Last order",)
_YES_NO: Final = ("Member",)


def sql(asked: Asked, ids: Mapping[str, int]) -> str:
    """The complete breakdown: columns facts, out, lacking, count. ids: of tags ('tag VIP') and attributes, by name."""
    lacking = " OR ".join(_lacking(one.field, ids) for one in asked.variables) or "0"
    return (
        f"SELECT c.facts, ({_out(asked)}) AS out, ({lacking}) AS lacking, count(*) FROM contact c"
        f" WHERE c.merged_into IS NULL AND {_where(asked.wanted, ids)} GROUP BY 1, 2, 3"
    )


def bare(asked: Asked, ids: Mapping[str, int]) -> str:
    """How many the filter selects, and nothing else."""
    return f"SELECT count(*) FROM contact c WHERE c.merged_into IS NULL AND {_where(asked.wanted, ids)}"


def _where(wanted: Filter, ids: Mapping[str, int]) -> str:
    parts = [_where(one, ids) if isinstance(one, Filter) else _one(one, ids) for one in wanted.items]
    return "(" + ((" AND " if wanted.match_all else " OR ").join(parts) or "1") + ")"


def _lacking(field: str, ids: Mapping[str, int]) -> str:
    if field == "first_name":
        return "c.name = ''"
    id = ids[field.removeprefix(ATTRIBUTE)]
    return (
        "NOT EXISTS (SELECT 1 FROM contact_attribute a WHERE a.contact_id = c.id"
        f" AND a.attribute_id = {id} AND trim(a.text) <> '')"
    )


def _out(asked: Asked) -> str:
    out = asked.selection.exclusions
    parts = []
    if out.marketing_days is not None:
        since = micros(TODAY - timedelta(days=out.marketing_days))
        parts.append(f"coalesce(c.last_marketing_at > {since}, 0)")
    if out.in_running:
        parts.append(
            "c.id IN (SELECT contact_id FROM message WHERE broadcast_id IN (SELECT id FROM broadcast"
            " WHERE status = 'running') AND status IN ('queued', 'sending'))"
        )
    return " OR ".join(parts) or "0"


def _one(asked: Condition, ids: Mapping[str, int]) -> str:
    if asked.field == "tag":
        return _tag(asked, ids)
    if asked.field == "opt_in":
        codes = [one for one in range(32) if (one & 3 == _CODES[asked.values[0]]) is (asked.op is Op.IS)]
        return f"c.facts IN ({', '.join(map(str, codes))})"
    if asked.field.startswith(ATTRIBUTE):
        return _attribute(asked, ids)
    column = {"name": "c.name_folded", "phone": "c.phone", "created": "c.created_at"}.get(
        asked.field, "c.last_inbound_at"
    )
    return f"({_compared(column, asked)})"


def _tag(asked: Condition, ids: Mapping[str, int]) -> str:
    have = "SELECT contact_id FROM contact_tag WHERE tag_id"
    each = [str(ids[f"tag {one}"]) for one in asked.values]
    if asked.op is Op.ALL_OF:
        return "(" + " AND ".join(f"c.id IN ({have} = {one})" for one in each) + ")"
    return f"c.id {'NOT IN' if asked.op is Op.NONE_OF else 'IN'} ({have} IN ({', '.join(each)}))"


def _attribute(asked: Condition, ids: Mapping[str, int]) -> str:
    name = asked.field.removeprefix(ATTRIBUTE)
    have = f"SELECT contact_id FROM contact_attribute WHERE attribute_id = {ids[name]}"
    if asked.op in (Op.EMPTY, Op.NOT_EMPTY):
        return f"c.id {'NOT IN' if asked.op is Op.EMPTY else 'IN'} ({have})"
    column = "number" if name in _NUMBERS + _YES_NO else "at" if name in _MOMENTS else "folded"
    negative = {Op.IS_NOT: Op.IS, Op.NONE_OF: Op.ANY_OF}.get(asked.op)
    held = _compared(column, Condition(asked.field, negative or asked.op, asked.values))
    return f"c.id {'NOT IN' if negative else 'IN'} ({have} AND {held})"


def _compared(column: str, asked: Condition) -> str:
    first = asked.values[0] if asked.values else ""
    name = asked.field.removeprefix(ATTRIBUTE)
    if asked.op in (Op.BEFORE, Op.AFTER):
        day = datetime.fromisoformat(first).replace(tzinfo=UTC)
        return (
            f"{column} < {micros(day)}"
            if asked.op is Op.BEFORE
            else f"{column} >= {micros(day + timedelta(days=1))}"
        )
    made: dict[Op, Any] = {
        Op.EMPTY: f"{column} IS NULL",
        Op.NOT_EMPTY: f"{column} IS NOT NULL",
        Op.LESS: f"{column} < {first}",
        Op.MORE: f"{column} > {first}",
        Op.IS: f"{column} = {int(first == 'yes')}" if name in _YES_NO else f"{column} = '{fold(first)}'",
        Op.ANY_OF: f"{column} IN ({', '.join(repr(fold(one)) for one in asked.values)})",
        Op.STARTS_WITH: f"{column} GLOB '{fold(first)}*'",
        Op.CONTAINS: f"{column} LIKE '%{fold(first)}%'",
    }
    return str(made[asked.op])
