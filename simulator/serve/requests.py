"""The requests a running simulated machine takes, as forms: one a kind, told apart by `do`.

Responsible for: their fields and bounds, and one line as one of them. Not responsible for: what is done with them
(`simulator.serve.control`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.problems import BadInput, Problem
from config.toml_files import dotted, reason_of
from simulator.wire.tap import LINES_KEPT

SOURCE = "control"
_NO_TAG = ("union_tag_not_found", "union_tag_invalid")


class _Form(BaseModel):
    """A request. A misspelt field is refused: it would be taken for its default."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class LookAtState(_Form):
    """The machine as it is now."""

    do: Literal["state"] = "state"


class LookAtMachine(_Form):
    """How it is built."""

    do: Literal["machine"] = "machine"


class LookAtMetal(_Form):
    """The blade in the clamp, if it is another than number `since`."""

    do: Literal["metal"] = "metal"
    since: int = Field(default=0, ge=0)


class LookAtTray(_Form):
    """What lies in the tray, if it is another than number `since`."""

    do: Literal["tray"] = "tray"
    since: int = Field(default=0, ge=0)


class ReadWire(_Form):
    """The lines after number `since`, the newest `most` of them."""

    do: Literal["wire"] = "wire"
    since: int = Field(default=0, ge=0)
    most: int = Field(default=200, ge=1, le=LINES_KEPT)


class LookAtJob(_Form):
    """The machine as it was at a line of the last job; the last line if `at` is -1."""

    do: Literal["job"] = "job"
    at: int = Field(default=-1, ge=-1)


class BeginLesson(_Form):
    """Let a lesson's fault come, unnamed."""

    do: Literal["lesson"] = "lesson"
    number: int = Field(ge=1)


class AnswerLesson(_Form):
    """What the learner takes it for."""

    do: Literal["answer"] = "answer"
    fault: str = Field(min_length=1)


class EndLesson(_Form):
    """Mend what the lesson broke."""

    do: Literal["end_lesson"] = "end_lesson"


class SetFault(_Form):
    """Make something go wrong. Other fields are the fault's parameters, which the fault itself checks."""

    model_config = ConfigDict(extra="allow")

    do: Literal["fault"] = "fault"
    name: str = Field(min_length=1)


class MendFault(_Form):
    """Mend one fault, or everything."""

    do: Literal["clear"] = "clear"
    name: str | None = Field(default=None, min_length=1)


class LayKey(_Form):
    """Lay a sample key in the tray."""

    do: Literal["lay"] = "lay"
    key: str
    seed: int | None = Field(default=None, ge=0)


class TakeKey(_Form):
    """Take what lies in the tray."""

    do: Literal["take"] = "take"


class MoveDoor(_Form):
    """The guard door."""

    do: Literal["door"] = "door"
    open: bool


class PressStop(_Form):
    """The emergency stop."""

    do: Literal["stop"] = "stop"
    pressed: bool


class PlugHeadset(_Form):
    """The headset, into its jack or out of it."""

    do: Literal["headset"] = "headset"
    plugged: bool


class StockSlot(_Form):
    """How many blanks a slot holds."""

    do: Literal["stock"] = "stock"
    slot: int = Field(ge=1, le=64)
    blanks: int = Field(ge=0, le=500)


class EmptyChute(_Form):
    """Take what fell into the chute."""

    do: Literal["empty_chute"] = "empty_chute"


class SetSpeed(_Form):
    """Times real time."""

    do: Literal["speed"] = "speed"
    times: float = Field(ge=1, le=200)


class Pause(_Form):
    """Let time stand."""

    do: Literal["pause"] = "pause"


class Go(_Form):
    """Let time go on."""

    do: Literal["go"] = "go"


class StepTime(_Form):
    """Let so many seconds pass while time stands."""

    do: Literal["step"] = "step"
    s: float = Field(default=0.01, ge=0.0001, le=60)


class HangUp(_Form):
    """End the connection."""

    do: Literal["quit"] = "quit"


LookRequest: TypeAlias = LookAtState | LookAtMachine | LookAtMetal | LookAtTray | LookAtJob | ReadWire
Deed: TypeAlias = (
    SetFault
    | MendFault
    | LayKey
    | TakeKey
    | MoveDoor
    | PressStop
    | PlugHeadset
    | StockSlot
    | EmptyChute
    | SetSpeed
    | Pause
    | Go
    | StepTime
    | BeginLesson
    | AnswerLesson
    | EndLesson
)
ControlRequest: TypeAlias = LookRequest | Deed | HangUp
_FORMS: TypeAdapter[ControlRequest] = TypeAdapter(Annotated[ControlRequest, Field(discriminator="do")])


def request_of(line: str) -> ControlRequest:
    """One line as a request.

    Raises:
        BadInput: it is none, with each field that cannot be used.
    """
    try:
        return _FORMS.validate_json(line)
    except ValidationError as error:
        raise BadInput(*(_problem(dict(each)) for each in error.errors())) from None


def line_of(request: ControlRequest) -> str:
    """A request as it goes out."""
    return request.model_dump_json(exclude_none=True)


def _problem(error: dict[str, Any]) -> Problem:
    if error["type"] in _NO_TAG:
        return Problem(SOURCE, "do", "names no request; docs/simulator.md lists them")
    unknown = error["type"] == "extra_forbidden"
    reason = "is no field of this request" if unknown else reason_of(error["type"], error["msg"])
    # The first part of a place is the kind of request.
    return Problem(SOURCE, dotted(error["loc"][1:]), reason)
