# ruff: noqa: E501 - a table of exchanges reads better unbroken
"""What a stock GRBL 1.1h board answers: exchanges written from the protocol's documentation and from recordings.

A case is a name and a dialogue: lines with `>` are sent (a newline is added; `>>` sends the text as it is, with \\x
escapes), lines with `<` are the replies that must come, in order, and no others. Every case starts with a board from
the shelf that is idle. `@` gives the board's surroundings a push (see `play`).
"""

from __future__ import annotations

OK = "ok"


def one(line: str, *replies: str) -> tuple[str, str]:
    return line, "\n".join([f"> {line}", *(f"< {reply}" for reply in replies)])


def after(setup: str, line: str, *replies: str) -> tuple[str, str]:
    """A case with lines before it, each answered with ok."""
    lines = [part for each in setup.split("|") for part in (f"> {each}", "< ok")]
    return f"{line} after {setup}", "\n".join([*lines, f"> {line}", *(f"< {reply}" for reply in replies)])


def error(number: int, *lines: str) -> list[tuple[str, str]]:
    return [one(line, f"error:{number}") for line in lines]


def fine(*lines: str) -> list[tuple[str, str]]:
    return [one(line, OK) for line in lines]


def modes(setup: str, said: str) -> tuple[str, str]:
    return after(setup, "$G", f"[GC:{said}]", OK)


SIMPLE: list[tuple[str, str]] = [
    # Words and numbers.
    *error(1, "G1 X1..2", "1", "-", "%", "G0 X1=2", "#1=2", "N10 *55", "G0X1,Y2", "=5", "G1\\X1"),
    *error(2, "G1 X", "X", "G", "M", "GX1", "G1 X-", "G1 X+", "G1 X.", "G1 X Y", "N", "F", "T", "G90 G", "X--1", "X-.", "O"),
    *error(4, "F-1", "S-1", "N-5 G1 X1", "T-1", "G4 P-1", "N-1", "F-0.001"),
    *error(11, "G" + "1" * 90, "X" * 80, "(" + "c" * 100 + ")" + "G" * 80),
    *fine("(" + "c" * 200 + ")", ";" + "c" * 200, "X0" + " " * 120, ""),
    # What is not supported.
    *error(20, "G5", "G41", "G42", "G43", "G64", "G61.1", "G90.1", "G28.3", "G30.2", "G38", "G38.1", "G38.6", "G73",
           "G81", "G95", "G98", "G99", "G92.2", "M6", "M7", "M48", "M49", "M56", "M99", "A1", "B1", "C1", "D1", "E1",
           "H1", "O1", "Q1", "U1", "V1", "W1", "G1 X1 E2 F100", "G-1", "M62", "G7", "G60", "G62"),
    *error(21, "G0 G80", "G90 G91", "G20 G21", "G17 G18", "G54 G55", "G93 G94", "M3 M5", "M8 M9", "M0 M2", "G4 P0 G53",
           "G40 G40", "G61 G61", "G91.1 G91.1", "G90 G90", "M3 M3"),
    *error(22, "G1 X1", "G2 X1 I1", "G3 X1 R1", "G38.2 X1", "G93 G1 X1", "$J=X1", "$J=G91X1", "G1 F0 X1", "G93 G2 X1 I1", "G1", "G1 Y0"),
    *error(23, "M0.5", "G0.5", "G1.1 X1", "G4.1 P1", "G54.5", "G17.2", "G10.1 L2 P1 X0", "G53.1 X0", "G80.1", "G94.1",
           "M3.1", "G59.1", "G59.2", "G59.3", "G20.2", "G40.1", "M-3"),
    *error(24, "G0 G1 X1", "G1 G28 X1 F10", "G10 L2 P1 G1 X1 F10", "G92 G0 X1", "G43.1 G0 Z1", "G49 G1 X1 F10",
           "G28 G92 X1", "G38.2 G0 X1 F10", "G49 G43.1 Z1"),
    *error(25, "G0 X1 X2", "F1 F2", "G0 Y1 Y1", "N1 N2", "S1 S1", "T1 T1", "G4 P1 P1", "G10 L2 L2 P1 X0"),
    *error(26, "F100 G2", "F100 G3", "F100 G38.2", "F100 G38.5", "G10 L2 P1", "G92", "G10", "G10 L20 P1"),
    *error(27, "N10000001", "N99999999 G0 X0"),
    *error(28, "G4", "G91 G4", "G10 X1", "G4 X1", "G10 X1 Y2"),
    *error(29, "G10 L2 P7 X0", "G10 L20 P9 X0", "G10 L2 P100 X0"),
    *error(30, "G53 G2 X1 I1 F10", "G53 G80", "G53 G38.2 X1 F10", "G53 G3 X1 I1 F10"),
    *error(31, "G80 X1", "G80 Y0", "G80 G10 L2 P1 X0", "G80 Z1"),
    *error(32, "F100 G2 Z1 I1", "F100 G18 G2 Y1 I1", "F100 G19 G3 X1 J1"),
    *error(33, "F100 G2 X0 Y0 R1", "F100 G2 X10 Y0 I1", "F100 G38.2 X0", "F100 G3 X5 Y5 I1 J0", "F100 G38.3 Z0"),
    *error(34, "F100 G2 X10 R1", "F100 G3 X10 Y10 R-2", "F100 G2 X2 R0.99"),
    *error(35, "F100 G2 X1 Y1", "F100 G3 X1 Y1 K1", "F100 G18 G2 X1 J1", "$J=G2X1F10", "F100 G19 G2 Y1 I1"),
    *error(36, "F100 G1 X1 P5", "G0 X1 I1", "G0 X1 R1", "G0 L1", "P1", "I1", "F100 G2 X1 I1 J1 K1 R1", "G28 P1", "R1",
           "$J=X1F10S5", "$J=X1F10T1", "G21 J1", "K1", "L2"),
    *error(37, "G43.1", "G43.1 X1", "G43.1 Y1", "G43.1 X1 Z1"),
    *error(38, "T256", "T300", "T1000"),
    # $ statements.
    *error(2, "$ZZ", "$a", "$=", "$100=", "$100=x", "$Nx=G0", "$N=G20"),
    *error(3, "$J", "$GG", "$$1", "$X2", "$#1", "$CC", "$9=1", "$7=1", "$33=1", "$103=1", "$140=1", "$199=1", "$1000=1",
           "$100", "$100:1", "$1=1x", "$RST", "$RST=", "$RST=X", "$RST=$1", "$SL", "$SLEEP", "$S", "$Ix", "$JX1F10",
           "$0=10=2", "$300=1", "$40=0"),
    *error(4, "$22=-1", "$110=-5", "$0=-3"),
    *error(5, "$H", "$HX", "$HZ"),
    *error(6, "$0=2", "$0=0", "$0=1"),
    *error(10, "$20=1"),
    *error(16, "$J=G1X1F10", "$J=G0X1F10", "$J=X1F10M3", "$J=G17X1F10", "$J=G54X1F10", "$J=G94X1F10", "$J=X1F10M8",
           "$J=G4P1X1F10"),
    *fine("$X", "$0=3", "$1=255", "$2=7", "$10=2", "$11=0.02", "$12=0.001", "$13=0", "$24=50.5", "$30=24000", "$100=2000",
          "$110=9999999999", "$132=0.1", "$22=1", "$32=1", "$20=0", "$021=0", "$1.7=30"),
    # What is accepted.
    *fine("G0", "G80", "G17", "G18", "G19", "G20", "G21", "G40", "G49", "G54", "G59", "G61", "G90", "G91", "G91.1",
          "G93", "G94", "G92.1", "G28.1", "G30.1", "G53", "G4 P0", "M3", "M4", "M5", "M8", "M9", "M1", "F100", "S100",
          "T1", "T255", "N1", "N10000000", "g0 x0", "G 0 X 0", "G0(comment)X0", "G0X0;rest", "/G0X0", "G00 X0", "G0X+0",
          "G0X.0", "G0X0.", "G1F100X0", "M03", "M05", "G0 X-0.0", "G43.1 Z0", "G49.5", "G0\tX0", "G53 G0 X0", "G28",
          "G30", "G10 L2 P1 X0", "G10 L20 P1 X0", "G10 L2 P0 X0", "G92 X0", "G10 L2 X0", "T1.9"),
    # Empty lines and line ends.
    ("carriage return and newline are two lines", ">> G0\\r\\n\n< ok\n< ok"),
    ("three newlines", ">> \\n\\n\\n\n< ok\n< ok\n< ok"),
    ("two lines in one piece", ">> G21\\nG90\\n\n< ok\n< ok"),
    ("a real-time byte inside a line is taken out", ">> G2\\x901\\n\n< ok\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("a status report inside a line", ">> G2?1\\n\n< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n< ok"),
    ("unknown bytes above 127 are thrown away", ">> G\\xb02\\xff1\\n\n< ok"),
    ("an unclosed comment ends with its line", "> G0 (X1\n< ok\n> G0 X0\n< ok"),
    ("a semicolon inside brackets is comment", "> G0 (;) X0\n< ok"),
    # Reports.
    one("$", "[HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]", OK),
    one("$I", "[VER:1.1h.20190830:]", "[OPT:V,15,128]", OK),
    one("$N", "$N0=", "$N1=", OK),
    one("$G", "[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]", OK),
    one("$g", "[GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]", OK),
    one("$C", "[MSG:Enabled]", OK),
    one("$SLP", OK, "[MSG:Sleeping]"),
    modes("G1F250", "G1 G54 G17 G21 G90 G94 M5 M9 T0 F250 S0"),
    modes("F100|G3X1Y1R1", "G3 G54 G17 G21 G90 G94 M5 M9 T0 F100 S0"),
    modes("G80|G18|G20|G91", "G80 G54 G18 G20 G91 G94 M5 M9 T0 F0 S0"),
    modes("G19|G93|G59", "G0 G59 G19 G21 G90 G93 M5 M9 T0 F0 S0"),
    modes("F100|G93", "G0 G54 G17 G21 G90 G93 M5 M9 T0 F0 S0"),
    modes("F100|G93|G94", "G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0"),
    modes("S500M3", "G0 G54 G17 G21 G90 G94 M3 M9 T0 F0 S500"),
    modes("M4S99.6", "G0 G54 G17 G21 G90 G94 M4 M9 T0 F0 S100"),
    modes("M8", "G0 G54 G17 G21 G90 G94 M5 M8 T0 F0 S0"),
    modes("M8|M9", "G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0"),
    modes("T5", "G0 G54 G17 G21 G90 G94 M5 M9 T5 F0 S0"),
    modes("T5|G0", "G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0"),
    modes("G20F10", "G0 G54 G17 G20 G90 G94 M5 M9 T0 F254 S0"),
    modes("F99.5", "G0 G54 G17 G21 G90 G94 M5 M9 T0 F100 S0"),
    ("$G after a quiet probe", "> F100\n< ok\n> G38.3Z-0.1\n< [PRB:0.000,0.000,-0.100:0]\n< ok\n> $G\n"
     "< [GC:G38.3 G54 G17 G21 G90 G94 M5 M9 T0 F100 S0]\n< ok"),
    after("$10=3", "$I", "[VER:1.1h.20190830:]", "[OPT:V,15,128]", OK),
    after("$I=kiosk 1", "$I", "[VER:1.1h.20190830:KIOSK1]", "[OPT:V,15,128]", OK),
    after("$N0=G21G90", "$N", "$N0=G21G90", "$N1=", OK),
    after("$N1=G20", "$G", "[GC:G0 G54 G17 G20 G90 G94 M5 M9 T0 F0 S0]", OK),
    ("a startup line that is wrong is not stored", "> $N0=G5\n< error:20\n> $N\n< $N0=\n< $N1=\n< ok"),
    # A line in error changes nothing.
    ("an error leaves the modes alone", "> G91 G20 X1 X2\n< error:25\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("an error leaves feed and speed alone", "> F100 S200\n< ok\n> F300 S400 G1 X1 P5\n< error:36\n"
     "> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F100 S200]\n< ok"),
]  # fmt: skip

NUMBERS = "[G54:0.000,0.000,0.000] [G55:0.000,0.000,0.000] [G56:0.000,0.000,0.000] [G57:0.000,0.000,0.000] " \
    "[G58:0.000,0.000,0.000] [G59:0.000,0.000,0.000] [G28:0.000,0.000,0.000] [G30:0.000,0.000,0.000] " \
    "[G92:0.000,0.000,0.000] [TLO:0.000] [PRB:0.000,0.000,0.000:0]"  # fmt: skip


def parameters(setup: str, **changed: str) -> tuple[str, str]:
    """`$#` after some lines, with the named entries changed."""
    lines = []
    for entry in NUMBERS.split():
        name = entry[1:].partition(":")[0]
        lines.append(f"[{name}:{changed[name]}]" if name in changed else entry)
    return after(setup, "$#", *lines, OK)


OFFSETS: list[tuple[str, str]] = [
    parameters("G10 L2 P1 X1.5 Y-2 Z3", G54="1.500,-2.000,3.000"),
    parameters("G10 L2 P6 X0.0005", G59="0.001,0.000,0.000"),
    parameters("G10 L2 P2 X12.3457", G55="12.346,0.000,0.000"),
    parameters("G10 L20 P1 X10", G54="-10.000,0.000,0.000"),
    parameters("G10 L20 P0 Z-2.5", G54="0.000,0.000,2.500"),
    parameters("G55|G10 L2 P0 X1", G55="1.000,0.000,0.000"),
    parameters("G92 X5 Y6", G92="-5.000,-6.000,0.000"),
    parameters("G92 X5|G92.1"),
    parameters("G43.1 Z2", TLO="2.000"),
    parameters("G43.1 Z2|G49"),
    parameters("G20|G10 L2 P1 X1", G54="25.400,0.000,0.000"),
    parameters("G20|G43.1 Z0.1", TLO="2.540"),
    ("$# in inches", "> $13=1\n< ok\n> G10 L2 P1 X25.4\n< ok\n> $#\n< [G54:1.0000,0.0000,0.0000]\n"
     + "".join(f"< [{n}:0.0000,0.0000,0.0000]\n" for n in ("G55", "G56", "G57", "G58", "G59", "G28", "G30", "G92"))
     + "< [TLO:0.0000]\n< [PRB:0.0000,0.0000,0.0000:0]\n< ok"),
]  # fmt: skip
