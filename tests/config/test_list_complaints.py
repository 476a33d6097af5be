"""What is said of a list: each bad member, and not also that the list is too short for it."""

from __future__ import annotations

import pytest
from pydantic import Field

from config.base import Frozen
from config.problems import BadInput
from config.toml_files import checked


class _Member(Frozen):
    name: str = ""


class _File(Frozen):
    member: tuple[_Member, ...] = Field(min_length=1)


@pytest.mark.parametrize(
    ("table", "fields"),
    [({"member": [{"nam": "a"}]}, ["member[1].nam"]), ({"member": []}, ["member"])],
)
def test_a_list_is_too_short_only_where_no_member_is_bad(table: dict[str, object], fields: list[str]) -> None:
    with pytest.raises(BadInput) as bad:
        checked(_File, table, "file.toml")
    assert [problem.field for problem in bad.value.problems] == fields
