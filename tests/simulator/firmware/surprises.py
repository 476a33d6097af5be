# ruff: noqa: E501 - a table of exchanges reads better unbroken
"""Where a stock GRBL 1.1h board surprises: rounding, what waits for motion, what the wheel's output does, its known
faults.

The form is that of `dialogues`.
"""

from __future__ import annotations

from tests.simulator.firmware.cases import error, one
from tests.simulator.firmware.dialogues import BANNER, DONE, FAST, HOMING, LOCK, REPORT, SOFT

ZERO = "MPos:0.000,0.000,0.000"
WCO, OV = "WCO:0.000,0.000,0.000", "Ov:100,100,100"


def stands(
    x: str, *, y: str = "0.000", z: str = "0.000", speeds: str = "0,0", more: str = WCO, state: str = "Idle"
) -> str:
    return REPORT + f"< <{state}|MPos:{x},{y},{z}|FS:{speeds}|{more}>\n"


def moved(line: str, x: str, **more: str) -> tuple[str, str]:
    return f"{line} ends at {x}", FAST + f"> {line}\n< ok\n" + DONE + stands(x, **more).rstrip()


def modes_after(line: str, modes: str) -> str:
    return f"> {line}\n< ok\n> $G\n< [GC:{modes}]\n< ok\n"


def settings_said(changed: dict[int, str]) -> str:
    """`$$` of a board from the shelf, with these entries changed."""
    fixed = {
        **dict.fromkeys((2, 3, 4, 5, 6, 13, 20, 21, 22, 23, 31, 32), "0"), 0: "10", 1: "25", 10: "1", 11: "0.010", 12: "0.002",
        24: "25.000", 25: "500.000", 26: "250", 27: "1.000", 30: "1000",
        **{base + i: text for base, text in ((100, "250.000"), (110, "500.000"), (120, "10.000"), (130, "200.000")) for i in range(3)},
    }  # fmt: skip
    return "> $$\n" + "".join(f"< ${n}={text}\n" for n, text in sorted((fixed | changed).items())) + "< ok\n"


FRESH = "G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0"

ROUNDING: list[tuple[str, str]] = [
    # 250 steps a mm: half a step is rounded in single precision, away from nought.
    moved("G0X0.01", "0.012"), moved("G0X-0.01", "-0.012"), moved("G0X0.002", "0.004"), moved("G0X0.006", "0.008"),
    moved("G0X0.018", "0.020"), moved("G0X1.998", "2.000"), moved("G0X0.0019", "0.000"), moved("G0X6.789", "6.788"),
    moved("G0X0.123456789", "0.124"), moved("G0X00000001", "1.000"), moved("G0X0000000012", "0.000"),
    moved("G20G0X0.1", "2.540"), moved("G20G0X0.0393701", "1.000"), moved("G0X5Y5.5", "5.000", y="5.500"),
    ("increments add up in single precision", FAST + "> G91\n< ok\n" + "> G0X0.1\n< ok\n" * 10 + DONE + stands("1.000").rstrip()),
    ("thirds of a millimetre add up", FAST + "> G91\n< ok\n" + "> G0X0.333\n< ok\n" * 6 + DONE + stands("1.996").rstrip()),
    ("a G word of half a hundredth is rounded up", "> G0.005\n< error:23\n> G0.004\n< ok"),
    ("an arc whose radius is exactly half its chord", FAST + "> G2X10R5F2000\n< ok\n" + DONE + stands("10.000").rstrip()),
    ("an arc whose radius is a hair less", "> F100\n< ok\n> G2X10R4.999\n< error:34"),
    ("five thousandths off the circle are let pass, six are not", "> F9000\n< ok\n> G2X1.004Y0I0.5J0\n< ok\n> G2X2.016Y0I0.5J0\n< error:33"),
    ("a large arc may be a thousandth off", "> F9000\n< ok\n> $C\n< [MSG:Enabled]\n< ok\n> G2X200.09Y0I100J0\n< ok\n> G2X400.39Y0I100J0\n< error:33"),
    ("a probe to where it stands", FAST + "> G0X-1.004\n< ok\n> G38.2X-1.004F100\n< error:33"),
    ("inches are reported with a factor of seven digits", FAST + "> $13=1\n< ok\n> G0X196.14\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:7.7221,0.0000,0.0000|FS:0.0,0|WCO:0.0000,0.0000,0.0000>"),
    ("an acceleration is kept a square minute", "> $120=0.1\n< ok\n> $121=1234.567\n< ok\n" + settings_said({120: "0.100", 121: "1234.567"}).rstrip()),
]  # fmt: skip

WAITING: list[tuple[str, str]] = [
    *(
        (f"{line} waits for the motion before it", FAST + (f"> {before}\n< ok\n" if before else "") + f"> G1X5F600\n< ok\n> {line}\n@ wait 0.3\n>> !\n@ wait 0.3\n>> ~\n< ok")
        for before, line in (
            ("", "G92X0"), ("", "G92.1"), ("", "G43.1Z1"), ("G43.1Z1", "G49"), ("G10L2P2X1", "G55"), ("", "G10L2P1X1"),
            ("", "G10L20P0X0"), ("", "G28.1"), ("", "G30.1"), ("", "M3S100"), ("M3S100", "S200"), ("M3", "M5"), ("", "M8"), ("M8", "M9"), ("", "G4P0"),
        )
    ),
    *(
        (f"{line} does not wait", FAST + f"> G1X5F600\n< ok\n> {line}\n< ok\n>> !\n@ wait 0.3\n>> ~\n" + DONE.rstrip())
        for line in ("G91", "G20", "G18", "F100", "S100", "T3", "G54", "G49", "G43.1Z0", "M5", "M9", "G0X6", "G28X0", "G61", "N5", "M1")
    ),
    ("G54 when it is in force already changes nothing", FAST + REPORT + f"< <Idle|{ZERO}|FS:0,0|{WCO}>\n> G54\n< ok\n" + REPORT + f"< <Idle|{ZERO}|FS:0,0|{OV}>"),
    ("an offset that does not change is not told again", REPORT + f"< <Idle|{ZERO}|FS:0,0|{WCO}>\n> G43.1Z0\n< ok\n" + REPORT + f"< <Idle|{ZERO}|FS:0,0|{OV}>"),
    ("$13 waits for what is queued in front of it", FAST + ">> G1X5F600\\n$13=1\\n\n< ok\n< ok\n" + REPORT + "< <Idle|MPos:0.1969,0.0000,0.0000|FS:0.0,0|WCO:0.0000,0.0000,0.0000>"),
    ("a dwell of more than 3276 seconds wraps", "> G4P3276.8\n< ok\n> G4P3276.85\n< ok"),
    ("question marks that come while a report is written are forgotten", ">> ???\n< <Idle|" + ZERO + f"|FS:0,0|{WCO}>"),
    ("two question marks apart are two reports", REPORT + f"< <Idle|{ZERO}|FS:0,0|{WCO}>\n" + REPORT + f"< <Idle|{ZERO}|FS:0,0|{OV}>"),
]  # fmt: skip

WHEEL: list[tuple[str, str]] = [
    ("a new $30 stops the wheel and leaves the speed that is told", "> M3S500\n< ok\n> $30=1000\n< ok\n" + stands("0.000", speeds="0,500")
     + stands("0.000", speeds="0,500", more=OV) + modes_after("G4P0", "G0 G54 G17 G21 G90 G94 M3 M9 T0 F0 S500").rstrip()),
    ("a new $31 does too", "> M4S500\n< ok\n> $31=0\n< ok\n" + stands("0.000", speeds="0,500") + stands("0.000", speeds="0,500", more=OV).rstrip()),
    ("$32 does not", "> M3S500\n< ok\n> $32=0\n< ok\n" + stands("0.000", speeds="0,500") + stands("0.000", speeds="0,500", more=OV + "|A:S").rstrip()),
    ("the next motion starts the wheel again", FAST + "> M3S500\n< ok\n> $30=1000\n< ok\n> G0X1\n< ok\n" + DONE + stands("1.000", speeds="0,500")
     + stands("1.000", speeds="0,500", more=OV + "|A:S").rstrip()),
    ("where $31 is not below $30 any speed is the highest", "> $31=1000\n< ok\n> M3S0\n< ok\n" + stands("0.000", speeds="0,1000")
     + stands("0.000", speeds="0,1000", more=OV + "|A:S").rstrip()),
    ("homing stops the wheel and keeps M3", HOMING + "> M3S500\n< ok\n@ home 5,5,5\n> $H\n< ok\n" + stands("-1.000", y="-1.000", z="-1.000")
     + "> $G\n< [GC:G0 G54 G17 G21 G90 G94 M3 M9 T0 F0 S500]\n< ok\n" + stands("-1.000", y="-1.000", z="-1.000", more=OV)
     + "> G0X-2\n< ok\n" + DONE + stands("-2.000", y="-1.000", z="-1.000", speeds="0,500", more="").replace("|>", ">").rstrip()),
    ("a speed override in a hold", FAST + "> M3S500\n< ok\n> G1X5F300\n< ok\n@ wait 0.2\n>> !\n@ wait 0.3\n>> \\x9a\n@ wait 0.05\n>> \\x9e\n@ wait 0.05\n>> ~\n"
     "< [MSG:Restoring spindle]\n" + DONE + stands("5.000", speeds="0,550")
     + stands("5.000", speeds="0,550", more="Ov:100,100,110|A:S").rstrip()),
    ("a speed override with the wheel off", ">> \\x9a\n@ wait 0.01\n" + stands("0.000") + stands("0.000", more="Ov:100,100,110")
     + "> M3S500\n< ok\n" + stands("0.000", speeds="0,550", more="Ov:100,100,110|A:S").rstrip()),
    ("a coarse and a fine step down", ">> \\x92\n@ wait 0.01\n>> \\x94\n@ wait 0.01\n" + stands("0.000") + stands("0.000", more="Ov:89,100,100").rstrip()),
    ("feed overrides end at 10", "".join(">> \\x92\n@ wait 0.01\n" for _ in range(12)) + stands("0.000") + stands("0.000", more="Ov:10,100,100").rstrip()),
    ("speed overrides end at 10 and 200", "".join(">> \\x9b\n@ wait 0.01\n" for _ in range(12)) + stands("0.000") + stands("0.000", more="Ov:100,100,10")
     + "".join(">> \\x9a\n@ wait 0.01\n" for _ in range(24)) + stands("0.000", more="Ov:100,100,200").rstrip()),
    ("the middle rapid override and back", ">> \\x96\n@ wait 0.01\n" + stands("0.000") + stands("0.000", more="Ov:100,50,100")
     + ">> \\x95\n@ wait 0.01\n" + stands("0.000", more=OV).rstrip()),
    ("overrides that are no bytes", ">> \\x98\\x9f\\xa2\\x80\\x86\\xfe\n@ wait 0.01\n" + stands("0.000") + stands("0.000", more=OV).rstrip()),
    # Laser mode.
    ("a laser is dark in a rapid and comes back for a cut", FAST + "> $32=1\n< ok\n> M3S500\n< ok\n" + stands("0.000") + "> G1X1F600\n< ok\n" + DONE
     + stands("1.000", speeds="0,500", more=OV + "|A:S") + "> G0X2\n< ok\n" + DONE + stands("2.000", more="").replace("|>", ">").rstrip()),
    ("a laser with M3 is switched when the mode changes without a motion", "> $32=1\n< ok\n> G1F600\n< ok\n> M3S500\n< ok\n" + stands("0.000", speeds="0,500")
     + "> G0\n< ok\n" + stands("0.000", more=OV) + "> G1\n< ok\n" + stands("0.000", speeds="0,500", more=OV + "|A:S").rstrip()),
    ("a laser with M4 is off while nothing moves", FAST + "> $32=1\n< ok\n> G1F600\n< ok\n> M4S500\n< ok\n" + stands("0.000") + "> G1X2\n< ok\n" + DONE
     + stands("2.000", more=OV).rstrip()),
    ("a hold stops a laser and resuming restores it", FAST + "> $32=1\n< ok\n> M3S500\n< ok\n> G1X5F600\n< ok\n@ wait 0.2\n>> !\n@ wait 0.3\n>> ~\n"
     "< [MSG:Restoring spindle]\n" + DONE + stands("5.000", speeds="0,500").rstrip()),
    ("a door does not wait for a laser", FAST + "> $32=1\n< ok\n> M3S500\n< ok\n> G1X5F600\n< ok\n@ wait 0.2\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.3\n>> ~\n@ wait 0.8\n"
     + stands("5.000", speeds="0,500").rstrip()),
]  # fmt: skip

STATES: list[tuple[str, str]] = [
    ("the first jog after a probe that met metal runs deaf to its cancel", FAST + "@ probez -1\n> G38.2Z-5F300\n< [PRB:0.000,0.000,-1.000:1]\n< ok\n"
     "> $J=G91Z3F600\n< ok\n@ wait 0.1\n>> \\x85\n@ wait 1\n" + stands("0.000", z="1.752") + "> $J=G91Z3F600\n< ok\n@ wait 0.1\n>> \\x85\n@ wait 1\n> G21\n< ok"),
    ("a reset after a probe that met metal is alarm 3 even at rest", FAST + "@ probez -1\n> G38.2Z-5F300\n< [PRB:0.000,0.000,-1.000:1]\n< ok\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK.rstrip()),
    ("any other motion in between mends that", FAST + "@ probez -1\n> G38.2Z-5F300\n< [PRB:0.000,0.000,-1.000:1]\n< ok\n> G1Z0F600\n< ok\n" + DONE + ">> \\x18\n" + BANNER.rstrip()),
    ("a probe forgets its place at a reset", FAST + "> G38.3Z-1F300\n< [PRB:0.000,0.000,-1.000:0]\n< ok\n>> \\x18\n" + BANNER + "> $#\n"
     + "".join(f"< [{n}:0.000,0.000,0.000]\n" for n in ("G54", "G55", "G56", "G57", "G58", "G59", "G28", "G30", "G92")) + "< [TLO:0.000]\n< [PRB:0.000,0.000,0.000:0]\n< ok"),
    ("a jog with no axis goes to the machine's nought", FAST + "> G0X2\n< ok\n" + DONE + "> $J=F1000\n< ok\n@ wait 0.5\n" + stands("0.000").rstrip()),
    ("a jog that moves nothing stays idle", "> $J=X0F100\n< ok\n> G21\n< ok"),
    ("the stop of a reset in $HX is alarm 6", HOMING + "> $HX\n< error:3\n>> \\x18\n< ALARM:6\n" + BANNER + LOCK.rstrip()),
    ("$H with a letter behind it that is none", HOMING + "> $HOME\n< error:3\n>> \\x18\n< ALARM:6\n" + BANNER + LOCK.rstrip()),
    ("the door byte is deaf in an alarm", FAST + "> G1X20F600\n< ok\n@ wait 0.2\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK + ">> \\x84\n@ wait 0.1\n> $X\n< [MSG:Caution: Unlocked]\n< ok\n> G21\n< ok"),
    ("the door byte and the hold are deaf in check mode", "> $C\n< [MSG:Enabled]\n< ok\n>> \\x84\n@ wait 0.05\n>> !\n@ wait 0.05\n> G21\n< ok\n" + stands("0.000", state="Check").rstrip()),
    ("the door byte in a hold", ">> !\n@ wait 0.05\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.05\n" + stands("0.000", state="Door:0") + ">> ~\n@ wait 0.05\n> G21\n< ok"),
    ("the door byte in a jog ends it at the door", FAST + "> $J=X50F600\n< ok\n@ wait 0.2\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.3\n> G21\n@ wait 0.1\n>> ~\n< ok"),
    ("the door byte again while the wheel comes back", FAST + "> M3S500\n< ok\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.1\n>> ~\n@ wait 0.5\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.2\n"
     + stands("0.000", state="Door:0") + ">> ~\n@ wait 4.3\n> G21\n< ok"),
    ("the door waits for coolant too", "> M8\n< ok\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.1\n" + stands("0.000", state="Door:0") + ">> ~\n@ wait 0.5\n"
     + stands("0.000", state="Door:3", more=OV + "|A:F") + "@ wait 0.7\n> G21\n< ok"),
    ("a reset at the door when it stands is no alarm", FAST + "> G1X5F300\n< ok\n@ wait 0.2\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.3\n>> \\x18\n" + BANNER + "> G21\n< ok"),
    ("sleep in an alarm", FAST + "> G1X20F600\n< ok\n@ wait 0.2\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK + "> $SLP\n< ok\n< [MSG:Sleeping]\n>> ~!\\x84\\x85\n< [MSG:Check Door]\n>> \\x18\n" + BANNER + LOCK.rstrip()),
    ("what an alarm leaves open", HOMING + "@ power\n" + BANNER + LOCK + "> $10=1\n< ok\n> $I\n< [VER:1.1h.20190830:]\n< [OPT:V,15,128]\n< ok\n> $N\n< $N0=\n< $N1=\n< ok\n> $G\n< [GC:" + FRESH + "]\n< ok\n"
     "> $N0=G21\n< error:8\n> $C\n< error:8\n> $J=X1F1\n< error:8\n> G0\n< error:9\n> \n< ok\n> (a)\n< ok\n> $ZZ\n< error:2\n> $RST=#\n< [MSG:Restoring defaults]\n< ok\n" + BANNER + LOCK.rstrip()),
    ("a hold while homing is forgotten", HOMING + "@ home 5,5,5\n> $H\n@ wait 0.2\n>> !\n< ok\n> G21\n< ok"),
    ("a cycle start with nothing to start", ">> ~\n@ wait 0.05\n> G21\n< ok"),
    ("a jog cancel with no jog", FAST + "> G1X1F600\n< ok\n>> \\x85\n@ wait 0.3\n" + stands("1.000").rstrip()),
    ("M0 in the middle of lines sent together", FAST + ">> G1X1F2000\\nM0\\nG1X2\\n\n< ok\n@ wait 0.5\n" + stands("1.000", state="Hold:0") + ">> ~\n< ok\n< ok\n" + DONE + stands("2.000", more=OV).rstrip()),
    ("M1 does nothing", "> M1\n< ok\n> $G\n< [GC:" + FRESH + "]\n< ok"),
    ("M30 in check mode says so and resets the modes", "> $C\n< [MSG:Enabled]\n< ok\n> G91G55\n< ok\n> M30\n< [MSG:Pgm End]\n< ok\n> $G\n< [GC:G1 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("a reset in check mode ends it", "> $C\n< [MSG:Enabled]\n< ok\n>> \\x18\n" + BANNER + stands("0.000").rstrip()),
    ("G10 in check mode is stored all the same", "> $C\n< [MSG:Enabled]\n< ok\n> G10L2P1X1\n< ok\n> $C\n< [MSG:Disabled]\n< ok\n" + BANNER + stands("0.000", more="WCO:1.000,0.000,0.000").rstrip()),
    ("a soft limit in a move after another stops first", SOFT + ">> G1X-2F300\\nG1X-3\\n\n< ok\n< ok\n> G1X5\n< ALARM:2\n< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("soft limits count from the offset's target", SOFT + "> G92X0\n< ok\n> G0X2\n< ALARM:2\n< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("soft limits of G28", SOFT + "> G91G28X9\n< ALARM:2\n< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("the travel's end itself is allowed", SOFT + "> G53G0X-200\n< ok\n> G53G0X0\n< ok\n> G53G0X-200.004\n< ALARM:2\n< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("a hard limit is deaf to all but a reset", "> $21=1\n< ok\n@ limit 4\n< ALARM:1\n< [MSG:Reset to continue]\n>> ?!~\\x84\\x85\n> $X\n@ wait 0.3\n>> \\x18\n" + BANNER + "< [MSG:Check Limits]\n" + LOCK.rstrip()),
    ("a switch that opens is a hard limit too", "@ limit 1\n> $21=1\n< ok\n@ limit 0\n< ALARM:1\n< [MSG:Reset to continue]\n>> \\x18\n" + BANNER + LOCK.rstrip()),
]  # fmt: skip

STORED: list[tuple[str, str]] = [
    ("settings squeezed into eight bits", "> $10=257\n< ok\n> $1=256\n< ok\n> $0=259\n< ok\n> $0=256\n< error:6\n> $23=511\n< ok\n> $26=300\n< ok\n" + settings_said({0: "3", 1: "0", 23: "255", 26: "44"}).rstrip()),
    ("a negative value is told before an unknown number", "> $9=-1\n< error:4\n> $300=-1\n< error:3\n> $-1=5\n< error:3\n> $-0=10\n< ok"),
    ("fractions of flags", "> $22=0.9\n< ok\n> $H\n< error:5\n> $22=1.9\n< ok\n> $20=0.5\n< ok\n> $13=256\n< ok\n" + settings_said({22: "1"}).rstrip()),
    ("a setting with blanks and small letters", "> $ 1 0 = 3\n< ok\n> $g\n< [GC:" + FRESH + "]\n< ok\n> $rst=x\n< error:3"),
    ("a comment behind a setting", "> $10=1 (mask)\n< ok\n> $10=1;x\n< ok"),
    ("a startup line may be empty, and wrong ones are refused", "> $N0=\n< ok\n> $N0=G1\n< error:22\n> $N1=X\n< error:2\n> $N0=(G20)\n< ok\n> $N\n< $N0=\n< $N1=\n< ok"),
    ("a startup line that moves is done at once", FAST + "> $N0=G0X1\n< ok\n" + stands("1.000") + "> $N0=\n< ok"),
    ("a third startup line lies on the build info", "> $I=note\n< ok\n> $N2=G20\n< ok\n> $I\n< [VER:1.1h.20190830:]\n< [OPT:V,15,128]\n< ok"),
    ("a startup line survives $RST=$ and $RST=#", "> $N0=G20\n< ok\n> $RST=$\n< [MSG:Restoring defaults]\n< ok\n" + BANNER + "< >G20:ok\n> $RST=#\n< [MSG:Restoring defaults]\n< ok\n" + BANNER + "< >G20:ok\n> $N\n< $N0=G20\n< $N1=\n< ok"),
    ("a build info of its own", "> $I=a b;c\n< ok\n> $I\n< [VER:1.1h.20190830:AB]\n< [OPT:V,15,128]\n< ok\n> $I=\n< ok\n> $I\n< [VER:1.1h.20190830:]\n< [OPT:V,15,128]\n< ok"),
]  # fmt: skip

FIRST_ERROR: list[tuple[str, str]] = [
    # Several things are wrong: the one that is found first is told.
    *error(2, "G90G", "$J=X", "G1 Q"), *error(4, "F-1F1", "N-1N1", "T-1T300"), *error(20, "Q1X", "G1X1Q1", "G10X1P1", "G10L3P1X1", "G10L2P1X1R1", "G10L0P1X0", "G300", "M100", "M7M5"),
    *error(21, "G90G91X", "G0G80G1", "M3M4X", "G54G59P1", "G28.1G92.1"), *error(22, "$J=X1F0", "$J=", "$J=G91", "$J=S1", "G1P1", "G93G38.2X1", "G93G1X1F0", "G93X0G1"),
    *error(23, "G256", "M256", "M1.5M6", "G1.5G0", "G17.01", "G43.1G10.1"), *error(24, "G0G28X1", "G28G30", "G92G43.1Z1", "G1G2X1", "G43.1G10L2P1Z1", "G38.2G38.3Z1"),
    *error(25, "X1X1Y", "S1S-1", "T1T1", "L2L20", "P1P-1"), *error(26, "G10L2P9", "G92G20", "G10G91", "G2F10R1"), *error(27, "N10000001G4", "N10000001G1X1"),
    *error(28, "G4G1X1", "G4G38.2X1", "G10X1G80"), *error(29, "G10L2P7X1R1", "G10L5P9X1", "G10P200X0"), *error(30, "G53G80X1", "F10G53G3X1", "G53G38.2"),
    *error(31, "G80G43.1Z1", "G80X1P1", "G80G92X1", "G80G28X1"), *error(32, "F10G2Z1", "F10G19G2X1K1"), *error(33, "F10G38.2X0Y0Z0P1"), *error(34, "F10G2X9R1I1"),
    *error(35, "F10G18G2X1J1", "$J=G3X1F10M3", "F10G2X1K1P1"), *error(36, "F10G2X1R1J1", "F10G38.2Z-1R1", "G28P1", "G4P1L1", "$J=X1F10T1M3", "$J=X1P1F10G17", "G54L1"),
    *error(37, "G43.1Z1Y1P1", "G43.1P1"), *error(38, "T256T1", "T300X", "N1T1000N1"), *error(16, "$J=G28.1X1F10", "$J=G92X1F10", "$J=G38.2Z1F10", "$J=G43.1Z1F10", "$J=G93X1F10", "$J=G61X1F10", "$J=M0X1F10"),
    *error(31, "$J=G80X1F10"),
    one("$J=G53G90G21N5X0F10", "ok"), one("G28.1G0X0", "ok"), one("G92.1G0X0", "ok"), one("M3M8G4P0S5T2F9N3G17G40G49G54G61G90G91.1G94G21", "ok"),
    # In jogging and in an alarm the state is told before the line is read.
    ("a wrong line while jogging", FAST + "> $J=X20F600\n< ok\n> G5\n< error:9\n> XX\n< error:9\n> $J=X\n< error:2\n> $J=X1\n< error:22\n> $ZZ\n< error:8\n> $\n< [HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]\n< ok\n> $$1\n< error:3\n>> \\x85\n@ wait 0.3\n> G21\n< ok"),
    ("too long a line in an alarm is too long", "> $22=1\n< ok\n@ power\n" + BANNER + LOCK + "> " + "X" * 90 + "\n< error:11\n> X\n< error:9"),
]  # fmt: skip

SURPRISES = FIRST_ERROR + ROUNDING + WAITING + WHEEL + STATES + STORED
