"""Times of the ledger as numbers inside SQL, so that both databases can subtract them and count by hour."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, String, func, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

HOUR_S: Final = 3_600
DAY_S: Final = 86_400


class seconds_of(FunctionElement[int]):  # noqa: N801  (it stands in statements as a function does)
    """Whole seconds since 1970 of a time column."""

    inherit_cache = True
    type = BigInteger()


@compiles(seconds_of)
def _on_sqlite(element: seconds_of, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **how)}) AS INTEGER)"


@compiles(seconds_of, "postgresql")
def _on_postgres(element: seconds_of, compiler: SQLCompiler, **how: Any) -> str:
    text = compiler.process(element.clauses, **how)
    return f"CAST(floor(extract(epoch FROM CAST({text} AS timestamptz))) AS bigint)"


class fact_of(FunctionElement[str]):  # noqa: N801
    """One fact out of a column of JSON, as text; NULL where it is not there."""

    inherit_cache = True
    type = String()


@compiles(fact_of)
def _fact_on_sqlite(element: fact_of, compiler: SQLCompiler, **how: Any) -> str:
    column, name = element.clauses
    return f"json_extract({compiler.process(column, **how)}, '$.' || {compiler.process(name, **how)})"


@compiles(fact_of, "postgresql")
def _fact_on_postgres(element: fact_of, compiler: SQLCompiler, **how: Any) -> str:
    column, name = element.clauses
    return f"(CAST({compiler.process(column, **how)} AS json) ->> {compiler.process(name, **how)})"


def fact(column: ColumnElement[str], name: str) -> ColumnElement[str]:
    """The fact `name` of a column of JSON; empty where it is not there."""
    return func.coalesce(fact_of(column, literal(name, String())), "")


def day_number(column: ColumnElement[Any], offset_s: int) -> ColumnElement[int]:
    """The shop's day of a time as a number: equal on one day, greater on a later one."""
    return (seconds_of(type_coerce(column, String)) + offset_s) // DAY_S


def hour_number(column: ColumnElement[Any], offset_s: int) -> ColumnElement[int]:
    """The shop's hour of a time, 0 to 23."""
    return (seconds_of(type_coerce(column, String)) + offset_s) % DAY_S // HOUR_S
