# ruff: noqa: E501 - a table of exchanges reads better unbroken
"""Longer exchanges: motion, holds, alarms, homing, probing, resets, startup, check mode, jogging.

`FAST` settings: 3000 mm/min and 500 mm/s2 on every axis.
"""

from __future__ import annotations

BANNER = "<\n< Grbl 1.1h ['$' for help]\n"
LOCK = "< [MSG:'$H'|'$X' to unlock]\n"
FAST = "".join(f"> ${n}\n< ok\n" for n in ("110=3000", "111=3000", "112=3000", "120=500", "121=500", "122=500"))
HOMING = FAST + "".join(f"> ${n}\n< ok\n" for n in ("22=1", "24=100", "25=1500", "26=25"))
DONE = "> G4P0\n< ok\n"
SOFT = HOMING + "@ home 5,5,5\n> $H\n< ok\n> $20=1\n< ok\n"
REPORT = ">> ?\n"

DIALOGUES: list[tuple[str, str]] = [
    ("the first report has work offsets, the second overrides, the third neither",
     REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>\n"
     + (REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0>\n") * 8
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>"),
    ("a work offset shows at once", REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n"
     "> G92 X1\n< ok\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:-1.000,0.000,0.000>"),
    ("work positions when the mask says so", "> $10=0\n< ok\n> G92 X1\n< ok\n" + REPORT
     + "< <Idle|WPos:1.000,0.000,0.000|FS:0,0|WCO:-1.000,0.000,0.000>"),
    ("buffer state when the mask says so", "> $10=3\n< ok\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|Bf:15,128|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("reports in inches", "> $13=1\n< ok\n> G0X25.4\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:1.0000,0.0000,0.0000|FS:0.0,0|WCO:0.0000,0.0000,0.0000>"),
    ("a position is whole motor steps", FAST + "> G0X6.789\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:6.788,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("steps a millimetre change what is reported", FAST + "> G0X1\n< ok\n" + DONE + "> $100=500\n< ok\n" + REPORT
     + "< <Idle|MPos:0.500,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("wheel and coolant show in the overrides", "> M3S500\n< ok\n> M8\n< ok\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,500|WCO:0.000,0.000,0.000>\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,500|Ov:100,100,100|A:SF>"),
    ("the wheel backwards", "> M4S500\n< ok\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,500|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,500|Ov:100,100,100|A:C>"),
    ("a wheel at speed nought is off", "> M3S0\n< ok\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>"),
    ("the wheel turns no faster than $30", "> M3S9000\n< ok\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,1000|WCO:0.000,0.000,0.000>"),
    ("the wheel turns no slower than $31", "> $31=200\n< ok\n> M3S10\n< ok\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,200|WCO:0.000,0.000,0.000>"),
    ("wheel override while idle", "> M3S500\n< ok\n>> \\x9a\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,550|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,550|Ov:100,100,110|A:S>"),
    ("overrides stay within 10 and 200", ">> \\x91\n" + "".join(">> \\x91\n@ wait 0.01\n" for _ in range(14))
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:200,100,100>"),
    ("rapid overrides", ">> \\x97\n@ wait 0.01\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n"
     + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,25,100>\n>> \\x95\n@ wait 0.01\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>"),
    ("coolant toggled by a real-time byte", ">> \\xa0\n@ wait 0.01\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M8 T0 F0 S0]\n< ok"),
    ("a mist toggle does nothing on a board without mist",
     ">> \\xa1\n@ wait 0.01\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("M2 puts the modes back", "> G91G18F100S50M3G55\n< ok\n> M2\n< [MSG:Pgm End]\n< ok\n> $G\n"
     "< [GC:G1 G54 G17 G21 G90 G94 M5 M9 T0 F100 S50]\n< ok"),
    ("M30 puts the modes back and keeps inches", "> G20G91M8\n< ok\n> M30\n< [MSG:Pgm End]\n< ok\n> $G\n"
     "< [GC:G1 G54 G17 G20 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("M2 ends overrides", ">> \\x91\n@ wait 0.01\n> M2\n< [MSG:Pgm End]\n< ok\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Ov:100,100,100>"),
    # M0, hold, resume.
    ("M0 keeps its ok until it is resumed", "> M0\n@ wait 0.1\n" + REPORT
     + "< <Hold:0|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n>> ~\n< ok"),
    ("a tilde with a newline earns two", "> M0\n@ wait 0.1\n>> ~\\n\n< ok\n< ok"),
    ("a hold while idle stops lines being read", ">> !\n@ wait 0.05\n> G21\n@ wait 0.3\n" + REPORT
     + "< <Hold:0|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n>> ~\n< ok"),
    ("a hold and a reset keep the position", FAST + "> G1X20F1200\n< ok\n@ wait 0.3\n>> !\n@ wait 0.4\n>> \\x18\n" + BANNER
     + "> G21\n< ok\n> $X\n< ok"),
    ("a reset in motion is alarm 3", FAST + "> G1X20F600\n< ok\n@ wait 0.3\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK
     + "> G21\n< error:9\n> $X\n< [MSG:Caution: Unlocked]\n< ok\n> G21\n< ok"),
    ("a reset while a hold brakes is alarm 3", FAST + "> G1X20F1200\n< ok\n@ wait 0.3\n>> !\n@ wait 0.03\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK.rstrip()),
    ("a reset while idle", "> G91\n< ok\n>> \\x18\n" + BANNER + "> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("a reset keeps the offsets in the EEPROM and forgets G92", "> G10L2P1X1\n< ok\n> G92X9\n< ok\n>> \\x18\n" + BANNER + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:1.000,0.000,0.000>"),
    ("a dead line in the buffer is gone after a reset", "> M0\n@ wait 0.1\n> G91\n@ wait 0.05\n>> \\x18\n< ok\n" + BANNER
     + "> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("half a line is gone after a reset", ">> G9\n@ wait 0.01\n>> \\x18\n" + BANNER + "> 1\n< error:1"),
    ("settings are refused while moving", FAST + "> G1X5F600\n< ok\n> $10=1\n< error:8\n> $$\n< error:8\n> $#\n< error:8\n"
     "> $H\n< error:8\n> $I\n< error:8\n> $N\n< error:8\n> $C\n< error:8\n> $SLP\n< error:8\n> $J=X1F10\n< error:8\n" + DONE.rstrip()),
    ("$G and $X are answered while moving", FAST + "> G1X5F600\n< ok\n> $X\n< ok\n> $G\n"
     "< [GC:G1 G54 G17 G21 G90 G94 M5 M9 T0 F600 S0]\n< ok\n" + DONE.rstrip()),
    # Check mode.
    ("check mode moves nothing and ends in a reset", "> $C\n< [MSG:Enabled]\n< ok\n> G1X500F100\n< ok\n> G1XY\n< error:2\n"
     + REPORT + "< <Check|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n> $C\n< [MSG:Disabled]\n< ok\n" + BANNER.rstrip()),
    ("check mode keeps modes as a run would", "> $C\n< [MSG:Enabled]\n< ok\n> M3S100\n< ok\n> G4P9\n< ok\n> M0\n< ok\n> $G\n"
     "< [GC:G0 G54 G17 G21 G90 G94 M3 M9 T0 F0 S100]\n< ok\n> G38.2Z-5F10\n< ok\n> M2\n< [MSG:Pgm End]\n< ok"),
    ("settings are refused in check mode", "> $C\n< [MSG:Enabled]\n< ok\n> $10=1\n< error:8\n> $H\n< error:8\n> $J=X1F10\n< error:8\n> $$\n"
     "__SETTINGS__\n< ok"),
    # Jogging.
    ("a jog and its cancel", FAST + "> $J=G91X50F600\n< ok\n@ wait 0.2\n> G1X1F100\n< error:9\n>> \\x85\n@ wait 0.3\n> G21\n< ok"),
    ("a jog leaves the modes alone", FAST + "> $J=G91G20X0.1F10\n< ok\n" + DONE.replace("ok", "error:9")
     + "@ wait 3\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("a hold ends a jog", FAST + "> $J=X50F600\n< ok\n@ wait 0.2\n>> !\n@ wait 0.3\n> G21\n< ok"),
    ("a reset in a jog is alarm 3", FAST + "> $J=X50F600\n< ok\n@ wait 0.2\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK.rstrip()),
    ("jogs queue", FAST + "> $J=G91X1F1000\n< ok\n> $J=G91X1F1000\n< ok\n@ wait 0.6\n" + REPORT
     + "< <Idle|MPos:2.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("jog in machine coordinates", FAST + "> G92X10\n< ok\n> $J=G53X1F1000\n< ok\n@ wait 0.6\n" + REPORT
     + "< <Idle|MPos:1.000,0.000,0.000|FS:0,0|WCO:-10.000,0.000,0.000>"),
    ("a jog beyond the soft limits is refused", SOFT + "> $J=X1F100\n< error:15\n> $J=G91X-500F100\n< error:15\n> G21\n< ok"),
    # Homing.
    ("homing pulls off and unlocks", HOMING + "@ home 5,5,5\n> $H\n< ok\n" + REPORT
     + "< <Idle|MPos:-1.000,-1.000,-1.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("homing to the other side", HOMING + "> $23=0\n< ok\n@ home 2,3,4\n> $H\n< ok\n> $H\n< ok"),
    ("a homing lock after power-up, not after a reset", "> $22=1\n< ok\n>> \\x18\n" + BANNER + "> G21\n< ok\n@ power\n" + BANNER + LOCK
     + "> G21\n< error:9\n> $X\n< [MSG:Caution: Unlocked]\n< ok\n> G21\n< ok"),
    ("homing is not answered until it ends", HOMING + "@ home 5,5,5\n> $H\n@ wait 0.2\n" + REPORT
     + "< <Home|MPos:-1.000,-1.000,-1.000|FS:0,0|WCO:0.000,0.000,0.000>\n< ok"),
    ("a reset while homing is alarm 6 and a stale ok", HOMING + "@ home 5,5,5\n> $H\n@ wait 0.5\n>> \\x18\n< ALARM:6\n< ok\n" + BANNER + LOCK.rstrip()),
    ("the door while homing is alarm 7 and a stale ok", HOMING + "@ home 5,5,5\n> $H\n@ wait 0.5\n>> \\x84\n< ALARM:7\n< ok\n" + BANNER + LOCK.rstrip()),
    ("a switch stuck while pulling off is alarm 8", HOMING + "@ limit 4\n> $H\n< ALARM:8\n< ok\n" + BANNER + LOCK.rstrip()),
    ("a switch never found is alarm 9", HOMING + "> $132=0.1\n< ok\n> $H\n< ALARM:9\n< ok\n" + BANNER + LOCK.rstrip()),
    ("startup lines run after homing", HOMING + "> $N0=G20\n< ok\n@ home 5,5,5\n> $H\n< >G20:ok\n< ok"),
    ("$HX is refused and leaves the state at homing", HOMING + "> $HX\n< error:3\n" + REPORT
     + "< <Home|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n> $I\n< error:8"),
    # Soft and hard limits.
    ("a soft limit is alarm 2, dead until a reset, and a stale ok", SOFT + "> G1X50F1000\n< ALARM:2\n< [MSG:Reset to continue]\n"
     ">> ?\n@ wait 0.2\n> $X\n@ wait 0.2\n>> \\x18\n< ok\n" + BANNER + LOCK + "> $X\n< [MSG:Caution: Unlocked]\n< ok"),
    ("a soft limit behind queued lines", SOFT + ">> G90 G1 X-5 F1000\\nG1 X-6\\nG1 X50\\nG1 X-7\\nG1 X-8\\n\n< ok\n< ok\n< ALARM:2\n"
     "< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("soft limits in check mode", SOFT + "> $C\n< [MSG:Enabled]\n< ok\n> G0X5\n< ALARM:2\n< [MSG:Reset to continue]\n>> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("an arc beyond the soft limits", SOFT + "> G3 X-1 Y-2 I0 J5 F1000\n< error:33\n> G2X-2Y-1R-5F1000\n< ALARM:2\n< [MSG:Reset to continue]\n"
     ">> \\x18\n< ok\n" + BANNER + LOCK.rstrip()),
    ("a hard limit is alarm 1 and the switch is told at the next start", FAST + "> $21=1\n< ok\n> G91G1X-20F600\n< ok\n@ wait 0.3\n@ limit 1\n"
     "< ALARM:1\n< [MSG:Reset to continue]\n> $X\n@ wait 0.2\n>> \\x18\n" + BANNER + "< [MSG:Check Limits]\n" + LOCK
     + "> $X\n< [MSG:Caution: Unlocked]\n< ok"),
    ("a hard limit while idle", "> $21=1\n< ok\n@ limit 2\n< ALARM:1\n< [MSG:Reset to continue]\n@ limit 0\n>> \\x18\n" + BANNER + LOCK.rstrip()),
    ("a switch closed before gives no alarm", "@ limit 1\n> $21=1\n< ok\n> G1X1F600\n< ok\n" + DONE.rstrip()),
    ("a switch met in motion is alarm 1", FAST + "> $21=1\n< ok\n@ home 3,999,999\n> G1X20F600\n< ok\n< ALARM:1\n< [MSG:Reset to continue]\n"
     ">> \\x18\n" + BANNER + "< [MSG:Check Limits]\n" + LOCK.rstrip()),
    # Probing.
    ("a probe that meets metal", FAST + "@ probez -20\n> G38.2Z-30F600\n< [PRB:0.000,0.000,-20.000:1]\n< ok"),
    ("a probe that meets nothing is alarm 5 and then ok", FAST + "> G38.2Z-1F300\n< ALARM:5\n< [PRB:0.000,0.000,0.000:0]\n< ok\n> G21\n< error:9"),
    ("a probe that need not meet", FAST + "> G38.3Z-1F300\n< [PRB:0.000,0.000,-1.000:0]\n< ok\n> G21\n< ok"),
    ("a probe that is closed before is alarm 4 and then ok", FAST + "@ probe 1\n> G38.2Z-1F300\n< ALARM:4\n< ok\n> G21\n< error:9"),
    ("probing away", FAST + "@ probe 1\n> G38.4Z1F300\n< ALARM:5\n< [PRB:0.000,0.000,0.000:0]\n< ok"),
    ("probing away with nothing to leave is alarm 4", FAST + "> G38.4Z1F300\n< ALARM:4\n< ok"),
    ("probing away that need not leave", FAST + "@ probe 1\n> G38.5Z1F300\n< [PRB:0.000,0.000,1.000:0]\n< ok"),
    ("a reset while probing", FAST + "> G38.2Z-30F300\n@ wait 0.5\n>> \\x18\n< ALARM:3\n< ok\n" + BANNER + LOCK.rstrip()),
    # Door, sleep, hold pin.
    ("the door byte holds, and resumes", FAST + "> G1X5F300\n< ok\n@ wait 0.3\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.4\n>> ~\n" + DONE.rstrip()),
    ("the door stops the wheel and waits for it", FAST + "> M3S500\n< ok\n>> \\x84\n< [MSG:Check Door]\n@ wait 0.2\n" + REPORT
     + "< <Door:0|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n>> ~\n@ wait 1\n" + REPORT
     + "< <Door:3|MPos:0.000,0.000,0.000|FS:0,500|Ov:100,100,100|A:S>\n@ wait 4\n" + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,500>"),
    ("the hold pin", FAST + "> G1X5F300\n< ok\n@ wait 0.2\n@ hold 1\n@ hold 0\n@ wait 0.3\n>> ~\n" + DONE.rstrip()),
    ("the hold pin shows", "@ hold 1\n@ wait 0.1\n" + REPORT + "< <Hold:0|MPos:0.000,0.000,0.000|FS:0,0|Pn:H|WCO:0.000,0.000,0.000>"),
    ("a limit and the probe show", "@ limit 5\n@ probe 1\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Pn:PXZ|WCO:0.000,0.000,0.000>"),
    ("inverted limit pins", "> $5=1\n< ok\n" + REPORT + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|Pn:XYZ|WCO:0.000,0.000,0.000>"),
    ("the reset pin", "@ reset 1\n" + BANNER + "@ reset 0\n> G21\n< ok"),
    ("the start pin resumes", ">> !\n@ wait 0.05\n> G21\n@ wait 0.1\n@ start 1\n< ok"),
    ("sleep ends in a reset and a lock", "> $SLP\n< ok\n< [MSG:Sleeping]\n" + REPORT
     + "< <Sleep|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>\n> G21\n@ wait 0.2\n>> \\x18\n" + BANNER + LOCK
     + "> $X\n< [MSG:Caution: Unlocked]\n< ok"),
    ("spindle stop in a hold", FAST + "> M3S500\n< ok\n> G1X5F300\n< ok\n@ wait 0.2\n>> !\n@ wait 0.4\n>> \\x9e\n@ wait 0.1\n>> ~\n"
     "< [MSG:Restoring spindle]\n" + DONE.rstrip()),
    # EEPROM and startup.
    ("startup lines run at each start", "> $N0=G20\n< ok\n> $N1=G91\n< ok\n>> \\x18\n" + BANNER + "< >G20:ok\n< >G91:ok\n> $G\n"
     "< [GC:G0 G54 G17 G20 G91 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("a startup line that fails says so", "> $N0=G1X0F5\n< ok\n> $N1=G1X0\n< ok\n>> \\x18\n" + BANNER
     + "< >G1X0F5:ok\n< >G1X0:ok\n> $N1=\n< ok\n> $N0=\n< ok\n>> \\x18\n" + BANNER.rstrip()),
    ("startup lines do not run in an alarm", FAST + "> $N0=G20\n< ok\n> G1X20F600\n< ok\n@ wait 0.2\n>> \\x18\n< ALARM:3\n" + BANNER + LOCK
     + "> $N0=G21\n< error:8\n> $X\n< [MSG:Caution: Unlocked]\n< ok\n> $G\n< [GC:G0 G54 G17 G21 G90 G94 M5 M9 T0 F0 S0]\n< ok"),
    ("$RST=$ restores settings", "> $10=3\n< ok\n> $RST=$\n< [MSG:Restoring defaults]\n< ok\n" + BANNER + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("$RST=# restores offsets", "> G10L2P1X5\n< ok\n> $RST=#\n< [MSG:Restoring defaults]\n< ok\n" + BANNER + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("$RST=* restores all", "> $N0=G20\n< ok\n> $I=x\n< ok\n> $RST=*\n< [MSG:Restoring defaults]\n< ok\n" + BANNER
     + "> $N\n< $N0=\n< $N1=\n< ok\n> $I\n< [VER:1.1h.20190830:]\n< [OPT:V,15,128]\n< ok"),
    ("turning homing off turns soft limits off", "> $22=1\n< ok\n> $20=1\n< ok\n> $22=0\n< ok\n> $22=1\n< ok\n> G0X5\n< ok\n" + DONE.rstrip()),
    ("a power cycle resets position and keeps settings", FAST + "> G0X5\n< ok\n" + DONE + "@ power\n" + BANNER + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    # Moves to stored places.
    ("G28 goes home by way of a point", FAST + "> G0X5Y5\n< ok\n> G28.1\n< ok\n> G0X0\n< ok\n> G91G28Y1\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:0.000,5.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("G30 with no axis goes straight", FAST + "> G0X5Y5\n< ok\n> G30.1\n< ok\n> G0X0Y0\n< ok\n> G30\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:5.000,5.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("G53 ignores offsets", FAST + "> G92X10\n< ok\n> G53G0X1\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:1.000,0.000,0.000|FS:0,0|WCO:-10.000,0.000,0.000>"),
    ("offsets add up", FAST + "> G10L2P1X1\n< ok\n> G92X0\n< ok\n> G43.1Z2\n< ok\n> G0X1Z0\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:1.000,0.000,2.000|FS:0,0|WCO:0.000,0.000,2.000>"),
    ("a full circle ends where it began", FAST + "> G2X0Y0I2J0F2000\n< ok\n" + DONE + REPORT
     + "< <Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("a helix", FAST + "> G3X2Y0Z1R1F2000\n< ok\n" + DONE + REPORT + "< <Idle|MPos:2.000,0.000,1.000|FS:0,0|WCO:0.000,0.000,0.000>"),
    ("inverse time", FAST + "> G93G1X1F60\n< ok\n> X2F60\n< ok\n> X3\n< error:22\n" + DONE.rstrip()),
    ("inches and increments", FAST + "> G20G91G0X1\n< ok\n> X-0.5\n< ok\n> G4P0\n< ok\n" + REPORT
     + "< <Idle|MPos:12.700,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>"),
]  # fmt: skip
