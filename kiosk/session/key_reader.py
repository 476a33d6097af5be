"""The reader as the session asks it: frames in, an identified key out. Implements `KeyReader`.

Responsible for: putting reading, matching, stamp and copy check together over one catalogue. Not responsible for: any
of them (`kiosk.identification`, `kiosk.cutting.check`).
"""

from __future__ import annotations

from config.catalogue import Catalogue
from config.machine import CopyCheck
from config.phrases import Phrases
from hardware.scan import Frame, ScanFrames
from kiosk.calibration.lesson import judge_lay
from kiosk.cutting.blank import BlankProblem, ExpectedBlank, blank_problem
from kiosk.cutting.check import CopyErrors, check_copy
from kiosk.cutting.measure import measure_copy
from kiosk.cutting.plan import CutPlan
from kiosk.identification import StampReader, build_index, identify, read_key
from kiosk.key.reading import StampReading
from kiosk.session.ports import IdentifiedKey, LaidBlank


class CatalogueKeyReader:
    """Reads keys against one catalogue, whose sections are sampled once."""

    def __init__(self, catalogue: Catalogue, phrases: Phrases, limits: CopyCheck) -> None:
        """Make the index ready; the head reader loads its models on first use."""
        self._known = (catalogue, build_index(catalogue.sections))
        self._stamps = StampReader(phrases)
        self._limits = limits

    def warm(self) -> None:
        """Load the models that read heads."""
        self._stamps.warm()

    def identify(self, frames: ScanFrames) -> IdentifiedKey:
        """What the key in the tray is."""
        reading = read_key(frames)
        return IdentifiedKey(identify(reading, *self._known), reading)

    def look_at_blank(self, frames: ScanFrames, blank: str) -> LaidBlank:
        """How what lies in the tray stands to this blank."""
        catalogue, index = self._known
        reading = read_key(frames)
        return LaidBlank(judge_lay(reading, *catalogue.blank_of[blank], catalogue, index), reading)

    def learn(self, catalogue: Catalogue) -> None:
        """Read by this catalogue from now on."""
        self._known = (catalogue, build_index(catalogue.sections))

    def stamp(self, frames: ScanFrames) -> StampReading:
        """What its head says."""
        return self._stamps.read(frames.head, frames.silhouette)

    def loaded_problem(self, view: Frame, expected: ExpectedBlank) -> BlankProblem | None:
        """What speaks against the blank in the clamp."""
        return blank_problem(measure_copy(view, self._limits), expected)

    def measure(self, view: Frame, plan: CutPlan) -> CopyErrors:
        """The copy in the clamp against what was wanted."""
        return check_copy(plan, measure_copy(view, self._limits), self._limits)
