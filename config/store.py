"""The store: place, money, opening policy, languages, screen."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Frozen, Name, Shown
from config.hours import Hours
from config.letters import Letters
from config.till import Till


class DoNotDuplicate(StrEnum):
    """What the store does with the stamp on an open keyway; it is never silently ignored."""

    REFUSE = "refuse"
    ASK_STAFF = "ask-staff"
    NOTICE = "notice"


Price = Annotated[int, Field(ge=0, le=100_000)]
"""Of one copy, in minor units. Nobody is ever paid for taking one."""
SMALLEST_SCREEN_MM = (240.0, 150.0)
"""Sides of a glass on which people can read and hit everything."""
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Screen(Frozen):
    """The glass. `mm_per_px` makes text and targets their true size."""

    width_px: int = Field(ge=320, le=7680)
    height_px: int = Field(ge=320, le=7680)
    mm_per_px: float = Field(gt=0.05, le=1)
    theme: str = Field(default="light", pattern="^(light|contrast)$")

    @model_validator(mode="after")
    def _has_room_for_fingers(self) -> Self:
        long_mm, short_mm = sorted((self.width_px * self.mm_per_px, self.height_px * self.mm_per_px), reverse=True)
        if long_mm < SMALLEST_SCREEN_MM[0] or short_mm < SMALLEST_SCREEN_MM[1]:
            least = f"{SMALLEST_SCREEN_MM[0]:.0f} x {SMALLEST_SCREEN_MM[1]:.0f} mm"
            raise ValueError(f"{long_mm:.0f} x {short_mm:.0f} mm is too small for 20 mm targets: needs {least}")
        return self


class Timeouts(Frozen):
    """Waiting for a person, in seconds; every one is announced and can be extended `extensions` times."""

    idle_s: float = Field(ge=30, le=600)
    warning_s: float = Field(ge=20, le=120)
    extensions: int = Field(ge=10, le=50)
    approval_s: float = Field(default=120, ge=10, le=120)


class PaperReceipt(StrEnum):
    """When a machine that has a receipt printer prints. On the screen a receipt always stands."""

    ALWAYS = "always"
    ASKED = "asked"
    NEVER = "never"


class Store(Frozen):
    """One store. Money in minor units of `currency`."""

    name: Name
    place: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    price_minor: Price
    finish_prices_minor: dict[Name, Price] = Field(default_factory=dict, max_length=32)
    max_quantity: int = Field(ge=1, le=20)
    do_not_duplicate: DoNotDuplicate = DoNotDuplicate.ASK_STAFF
    languages: tuple[LanguageCode, ...] = Field(default=("en", "es", "fr"), min_length=1, max_length=12)
    screen: Screen
    timeouts: Timeouts
    paper_receipt: PaperReceipt = PaperReceipt.ASKED
    till: Till = Till()
    help_phone: Annotated[str, Field(max_length=40), Shown] = ""
    hours: Hours = Hours()
    closed_until: date | None = None
    """The day on which shoppers are served again."""
    letters: Letters = Letters()

    @model_validator(mode="after")
    def _a_till_can_sell_it(self) -> Self:
        dearest, most = max((self.price_minor, *self.finish_prices_minor.values())), self.till.most_minor
        if most is not None and dearest * self.max_quantity > most:
            raise ValueError(f"till.layout holds {most} at most: {self.max_quantity} copies may cost more")
        return self
