"""From frames to a reading, and from a reading and the catalogue to an answer.

Responsible for: the order in which things are asked. The section decides which keyways come into question; within
them the blade's length and cuts pick the blank; only then are the cuts named. Not responsible for: whether the
key may be copied (`kiosk.policy.decide`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway, SpacingStop, Standing
from hardware.scan import Frame, ScanFrames
from kiosk.identification.outline.blade import BladeFrame, find_blade
from kiosk.identification.outline.decode import BladeSize, Decoded, decode, from_stop
from kiosk.identification.outline.measure import Outline, measure_outline
from kiosk.identification.outline.photograph import as_silhouettes
from kiosk.identification.outline.segment import Segment, segment
from kiosk.identification.outline.stops import collar_stands, collars_agree, one_shoulder, places_of_stop
from kiosk.identification.section.laser_height import laser_height
from kiosk.identification.section.line import read_lines, section_of
from kiosk.identification.section.match import Match, SectionIndex, build_index, match_section, objection
from kiosk.identification.section.milling import FacesLook, look_at_faces
from kiosk.identification.section.strange import why_strange
from kiosk.identification.section.uncut_edge import kind_on_paper, refine_uncut, registration
from kiosk.key.reading import Candidate, Cut, Identification, KeyReading, Outcome, SectionReading

TAIL_SHIFT_MM = 0.15
"""Counted from the cut side's collar, the last five cuts of a KW10 stand 0.23 mm from where a KW1 has its five: where a
section is sold longer too, cuts further off than this from a shoulder that was seen are not the shorter key's."""
SPACED_APART_MM = 0.5
"""Cuts whose spacing differs by so much are never read for one another: over five of them, by half a cut."""
SAME_PLACE_MM = 0.1
"""Cuts found from either collar stand in the same place when they are nearer than this."""
LENGTH_TOLERANCE_MM = 1.85
"""How far a blade's length may be from a blank's: less than half of any spacing."""


def read_key(frames: ScanFrames) -> KeyReading:
    """All that the frames show, before any catalogue is asked."""
    lines = read_lines(frames)
    section = section_of(lines)
    if frames.silhouette is None:
        return KeyReading(section=section)
    found = _found(frames.silhouette) if _from_the_machine(frames) else _found_on_paper(frames.silhouette)
    if isinstance(found, Outcome):
        return KeyReading(problem=found, section=section)
    segmented, frame, outline = found
    problem = None
    if frames.head is not None and registration(segmented, frames.head) is Outcome.MOVED:
        problem = Outcome.MOVED
    elif not _from_the_machine(frames) and (kind := kind_on_paper(outline, segmented, frame, frames.silhouette)):
        problem = kind
    elif not outline.cut:
        problem = refine_uncut(outline, section, segmented, frame, frames.head)
    faces = look_at_faces(frames, segmented, frame, outline, on_paper=not _from_the_machine(frames))
    return KeyReading(
        problem=problem,
        profile=outline.profile,
        blade_height_mm=outline.height_mm,
        blade_length_mm=outline.length_mm,
        section=section,
        stops=outline.stops,
        crumbs=outline.crumbs,
        milled=faces.milled,
        unclear=faces.unclear,
        pierced=faces.pierced,
        faces_seen=faces.both_seen and not faces.unclear,
        blind=_blind(frames, section, faces),
        laser_height_mm=laser_height(lines).height_mm,
    )


def _blind(frames: ScanFrames, section: SectionReading | None, faces: FacesLook) -> tuple[str, ...]:
    """Views that show nothing of this key, where that is the camera's fault.

    A key of which neither line was seen lies beside the laser; one line alone was lost on its way to the camera.
    """
    lines = {
        "line_left": section and section.left_mm is not None,
        "line_right": section and section.right_mm is not None,
    }
    shown = {**(lines if any(lines.values()) else {}), **faces.shown}
    return tuple(name for name, seen in shown.items() if getattr(frames, name) is not None and not seen)


def _from_the_machine(frames: ScanFrames) -> bool:
    """Whether a laser line was looked for. Without one nothing is ever identified, and any picture may be tried."""
    return frames.line_left is not None or frames.line_right is not None


def _found_on_paper(view: Frame) -> tuple[Segment, BladeFrame, Outline] | Outcome:
    """The first way of looking at an ordinary picture that shows a key; else what the plainest way said."""
    said: list[Outcome] = []
    for each in as_silhouettes(view):
        found = _found(each, on_paper=True)
        if not isinstance(found, Outcome):
            return found
        said.append(found)
        if found is Outcome.OUT_OF_FOCUS:
            # A harder threshold only makes a soft edge look sharp.
            break
    return next((outcome for outcome in said if outcome not in _SAYS_LITTLE), said[0])


_SAYS_LITTLE = (Outcome.NOTHING_THERE, Outcome.UNREADABLE_IMAGE, Outcome.OUT_OF_FOCUS)


def _found(view: Frame, *, on_paper: bool = False) -> tuple[Segment, BladeFrame, Outline] | Outcome:
    segmented = segment(view)
    if isinstance(segmented, Outcome):
        return segmented
    frame = find_blade(segmented)
    if isinstance(frame, Outcome):
        return frame
    outline = measure_outline(segmented, frame, on_paper=on_paper)
    if isinstance(outline, Outcome):
        return outline
    return segmented, frame, outline


def identify(
    reading: KeyReading,
    catalogue: Catalogue,
    index: SectionIndex | None = None,
) -> Identification:
    """Say which blank and which cuts, or which of the other outcomes. `index` saves sampling the sections again.

    A catalogue whose sections nobody has measured limits for recognises nothing.
    """
    if reading.section is None or not _enough(reading.section):
        return Identification(outcome=_milled_or(reading, reading.problem or Outcome.SECTION_NOT_SEEN))
    matches = match_section(reading.section, index or build_index(catalogue.sections))
    outcome, best, margin = judge(matches, catalogue)
    if best is not None and outcome in (Outcome.UNKNOWN_SECTION, Outcome.SECTION_NOT_SEEN):
        outcome = why_strange(outcome, best, reading.crumbs, matches[1:], reading.section.doubtful_share)
    ranked = tuple(Candidate(match.section, match.score) for match in matches if not match.mirrored)
    base = Identification(
        outcome=outcome,
        score=best.score if best else 0.0,
        margin=margin,
        ranked=ranked[:5],
        faces_seen=reading.faces_seen,
    )
    if outcome is not Outcome.IDENTIFIED or best is None:
        return replace(base, outcome=_milled_or(reading, _heavier(reading.problem, outcome)))
    keyway = _keyway(catalogue, best.section)
    if keyway is None:
        return replace(base, outcome=reading.problem or Outcome.UNKNOWN_SECTION)
    base = replace(base, keyway=keyway.code)
    if keyway.standing.standing is not Standing.OPEN or keyway.spec is None or not keyway.blanks:
        # Nothing of it is ever cut: what its cuts say is nobody's business.
        return base
    if reading.problem is not None or reading.milled or reading.pierced:
        return replace(base, outcome=_milled_or(reading, reading.problem))
    return _name_cuts(base, reading, catalogue, best.section)


_SAYS_MORE = frozenset(
    {
        Outcome.DIMPLE,
        Outcome.TWO_TRACK,
        Outcome.TUBULAR,
        Outcome.DOUBLE_SIDED,
        Outcome.MOVED,
        Outcome.UNKNOWN_SECTION,
        Outcome.MIRRORED_SECTION,
    }
)


def _milled_or(reading: KeyReading, outcome: Outcome | None) -> Outcome:
    """Milling that was seen decides, unless the key has a name already, is of no known kind, or lay elsewhere."""
    if outcome in _SAYS_MORE:
        return outcome
    if reading.milled or reading.pierced:
        return Outcome.SIDE_MILLED if reading.milled else Outcome.PIERCED
    return outcome or Outcome.SECTION_NOT_SEEN


def _enough(section: SectionReading) -> bool:
    return section.left_mm is not None and section.right_mm is not None


def _heavier(problem: Outcome | None, outcome: Outcome) -> Outcome:
    """What the shopper hears when both the silhouette and the section stand in the way.

    Of a section nobody knows, an edge without cuts is no proof of a blank: it may be cut in another way.
    """
    if problem is Outcome.UNCUT and outcome is Outcome.UNKNOWN_SECTION:
        return outcome
    return problem if problem is not None else outcome


def judge(matches: tuple[Match, ...], catalogue: Catalogue) -> tuple[Outcome, Match | None, float]:
    """Whether the nearest section is near enough, whole enough, and clear enough of the next one.

    Returns the outcome, the nearest match, and its margin as a difference of scores.
    """
    if not matches:
        return Outcome.SECTION_NOT_SEEN, None, 0.0
    best = matches[0]
    others = [match for match in matches[1:] if not _settled_otherwise(best, match, catalogue)]
    margin = best.score - (others[0].score if others else 0.0)
    limits = catalogue.limits
    if limits is None:
        return Outcome.UNKNOWN_SECTION, best, margin
    against = objection(best, limits)
    if against is not None:
        return against, best, margin
    if any(other.distance_mm - best.distance_mm < catalogue.margin_mm(best.section, other.section) for other in others):
        return Outcome.AMBIGUOUS, best, margin
    if best.mirrored:
        return Outcome.MIRRORED_SECTION, best, margin
    return Outcome.IDENTIFIED, best, margin


def _settled_otherwise(one: Match, other: Match, catalogue: Catalogue) -> bool:
    """Whether two sections are declared too alike to distinguish, and neither is ever copied or the cuts decide."""
    if one.mirrored or other.mirrored or frozenset((one.section, other.section)) not in catalogue.confusable:
        return False
    keyways = [_keyway(catalogue, match.section) for match in (one, other)]
    closed = all(keyway is not None and keyway.standing.standing is not Standing.OPEN for keyway in keyways)
    return closed or other.section in _cut_differently(one.section, catalogue)


def _cut_differently(section: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Open sections declared too alike to this one whose cuts stand elsewhere along the blade."""
    own = _keyway(catalogue, section)
    others = {other for pair in catalogue.confusable if section in pair for other in pair if other != section}
    return tuple(other for other in sorted(others) if _spaced_apart(own, _keyway(catalogue, other)))


def _spaced_apart(one: Keyway | None, other: Keyway | None) -> bool:
    if one is None or other is None or one.spec is None or other.spec is None:
        return False
    both_open = one.standing.standing is other.standing.standing is Standing.OPEN
    return both_open and abs(one.spec.pitch_mm - other.spec.pitch_mm) > SPACED_APART_MM


def _keyway(catalogue: Catalogue, section: str) -> Keyway | None:
    """The keyway of a section; the most restrictive one where several share it."""
    keyways = catalogue.keyways_with.get(section, ())
    closed = [keyway for keyway in keyways if keyway.standing.standing is not Standing.OPEN]
    cuttable = [keyway for keyway in keyways if keyway.spec is not None and keyway.blanks]
    return next(iter([*closed, *cuttable, *keyways]), None)


@dataclass(frozen=True, repr=False)
class _Named:
    keyway: Keyway
    blank: Blank
    decoded: Decoded
    length_error_mm: float
    stop_mm: float


def _name_cuts(base: Identification, reading: KeyReading, catalogue: Catalogue, section: str) -> Identification:
    if reading.profile is None or reading.blade_length_mm is None or reading.blade_height_mm is None:
        return replace(base, outcome=Outcome.CUTS_UNREADABLE)
    named = [
        each
        for one in (section, *_cut_differently(section, catalogue))
        for keyway in catalogue.keyways_with[one]
        for blank in keyway.blanks
        if (each := _decoded_as(reading, keyway, blank)) is not None
    ]
    most = max((each.blank.cuts for each in named), default=0)
    # A bow may begin where another blank has its second collar: the cuts must be that blank's too.
    collared = [
        each
        for each in named
        if collars_agree(reading.stops, each.blank) and each.decoded.outcome is Outcome.IDENTIFIED
    ]
    near = [
        each
        for each in collared or named
        if each.length_error_mm <= LENGTH_TOLERANCE_MM
        and not _tail_of_a_longer(each, most, reading)
        and not _from_the_bow(each)
    ]
    if not near:
        return replace(base, outcome=Outcome.CUTS_UNREADABLE)
    if len({each.keyway.code for each in near if each.decoded.outcome is Outcome.IDENTIFIED}) > 1:
        return replace(base, outcome=Outcome.AMBIGUOUS)
    best = _blank_of(near)
    return replace(
        base,
        outcome=best.decoded.outcome,
        keyway=best.keyway.code,
        blank=best.blank.code,
        cuts=best.decoded.cuts,
        wear=best.decoded.wear,
        stop_mm=best.stop_mm,
        to_blame=best.decoded.to_blame,
    )


def _from_the_bow(each: _Named) -> bool:
    """Whether a shorter key of the same section was counted from a face behind its stop, with uncut edge for a cut."""
    spec = each.keyway.spec
    by_shoulder = spec is not None and spec.stop is SpacingStop.SHOULDER and each.blank.other_collar_mm is None
    return by_shoulder and each.stop_mm != 0.0 and each.decoded.last_uncut


def _tail_of_a_longer(each: _Named, most_cuts: int, reading: KeyReading) -> bool:
    """Whether these may be the last cuts of a longer key of the same section, counted from its second collar."""
    spec = each.keyway.spec
    by_shoulder = spec is not None and spec.stop is SpacingStop.SHOULDER and reading.stops.shoulder_seen
    if not by_shoulder or one_shoulder(reading.stops):
        return False
    return each.blank.cuts < most_cuts and abs(each.decoded.fit.shift_mm) > TAIL_SHIFT_MM


def _blank_of(near: list[_Named]) -> _Named:
    """The blank whose length fits best; where the tip is the stop, the one with the most cuts that are there."""
    by_tip = [each for each in near if each.keyway.spec is not None and each.keyway.spec.stop is SpacingStop.TIP]
    if not by_tip:
        return min(
            near,
            key=lambda each: (
                each.decoded.outcome is not Outcome.IDENTIFIED,
                each.stop_mm != 0.0,
                each.length_error_mm,
            ),
        )
    there = [each for each in by_tip if not each.decoded.last_uncut] or by_tip
    return max(there, key=lambda each: each.blank.cuts)


def _decoded_as(reading: KeyReading, keyway: Keyway, blank: Blank) -> _Named | None:
    spec = keyway.spec
    if spec is None or reading.profile is None or reading.blade_length_mm is None or reading.blade_height_mm is None:
        return None
    # A key stopped at its tip has no shoulder to measure a length from.
    by_tip = spec.stop is SpacingStop.TIP
    loose = not by_tip and not reading.stops.shoulder_seen
    tries: list[_Named] = []
    for stop in places_of_stop(reading.stops, reading.blade_length_mm, spec, blank, reading.profile):
        profile = from_stop(reading.profile, spec.stop, stop)
        if blank.other_collar_mm is not None and collar_stands(profile, spec, blank):
            # The blade's edge begins where its collar ends, whether or not a cut left anything of its face.
            profile = profile[profile[:, 0] >= blank.blade_length_mm - blank.other_collar_mm]
        longer_mm = 0.0 if by_tip else reading.blade_length_mm - stop - blank.blade_length_mm
        length_share = None if by_tip or loose else longer_mm / blank.blade_length_mm
        blade = BladeSize(reading.blade_height_mm, reading.laser_height_mm, length_share)
        each = decode(profile, spec, blank.cuts, blade, loose=loose)
        if each is not None:
            tries.append(_Named(keyway, blank, each, abs(longer_mm), stop))
    best = min(
        tries,
        key=lambda each: (
            each.decoded.outcome is not Outcome.IDENTIFIED,
            # From a face of the bow an edge with one uncut place more fits as well: the blade would be too long.
            each.length_error_mm > LENGTH_TOLERANCE_MM,
            each.decoded.fit.misfit_mm,
        ),
        default=None,
    )
    # The same cuts, found from two collars that stand close together, fit as well from either, but for a hair: how far
    # they are off counts from the blank's own stop.
    return best if best is None or not _same_cuts(tries[0], best) else tries[0]


def _same_cuts(one: _Named, other: _Named) -> bool:
    apart_mm = (one.stop_mm + one.decoded.fit.shift_mm) - (other.stop_mm + other.decoded.fit.shift_mm)
    return one.decoded.outcome is other.decoded.outcome and abs(apart_mm) < SAME_PLACE_MM


def cuts_by_outline(reading: KeyReading, catalogue: Catalogue) -> tuple[tuple[Cut, ...], str | None]:
    """Cuts as the outline alone suggests them, and the blank they fit: for a technician's eyes, never an answer.

    Empty when there is no cut edge, or no open keyway's spacing fits it.
    """
    if reading.profile is None or reading.problem is not None:
        return (), None
    fitting = [
        each
        for keyway in catalogue.keyways
        if keyway.standing.standing is Standing.OPEN and keyway.height_known
        for blank in keyway.blanks
        if (each := _decoded_as(reading, keyway, blank)) is not None
        and each.decoded.outcome is Outcome.IDENTIFIED
        and each.length_error_mm <= LENGTH_TOLERANCE_MM
    ]
    if not fitting:
        return (), None
    best = min(fitting, key=lambda each: each.decoded.fit.misfit_mm)
    return best.decoded.cuts, best.blank.code
