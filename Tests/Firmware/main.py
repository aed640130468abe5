"""Runs the cases, one line each, and ends with how many passed.

They mostly wait for firmware, so two run at a time: each lane has a network of its own, and takes the next case that
no lane has taken. LANES in the environment chooses another number.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from cases import CASES
from lab import Lab
from rig import Failed, Skipped
from story import Story

ENTER = Path(__file__).resolve().parent.parent / "Rig" / "enter"


class Setting:
    """What all cases of a lane share."""

    def __init__(self, binary, work, lane):
        self.binary, self.folder, self.artifacts = binary, work / "cases", work / "artifacts"
        own = self.folder / f"lane{lane}"
        own.mkdir()
        self.lab = Lab(own)


def run(setting, name, title, case):
    story = Story(setting, name)
    start = time.monotonic()
    result, detail = "ok", ""
    try:
        case(story)
    except Skipped as reason:
        result, detail = "skipped", str(reason)
    except (Failed, OSError, KeyError) as failure:
        result, detail = "FAILED", str(failure) if isinstance(failure, Failed) else traceback.format_exc()
        detail += f"\n{story.evidence()}"
    finally:
        story.close()
    text = "; ".join(story.notes) if result == "ok" else detail
    print(f"{result:7} {title} ({time.monotonic() - start:.0f} s){': ' * bool(text)}{text}", flush=True)
    return result


def run_lane(setting, chosen):
    for name, (title, case) in chosen.items():
        try:
            taken = (setting.folder / f"{name}.result").open("x")
        except FileExistsError:
            continue
        with taken:
            taken.write(run(setting, name, title, case))


def run_lanes(work, chosen, arguments):
    cases = work / "cases"
    cases.mkdir(parents=True)
    count = min(int(os.environ.get("LANES", 2)), len(chosen))
    # A lane is killed with all that it started, where this program is ended before it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lanes = []
    try:
        for lane in range(1, count + 1):
            lanes.append(subprocess.Popen([ENTER, "firmware-test", __file__, f"--lane={lane}", *arguments]))
        ends = [lane.wait() for lane in lanes]
    finally:
        for lane in lanes:
            lane.kill()
    files = [cases / f"{name}.result" for name in chosen]
    results = [file.read_text() if file.exists() else "" for file in files]
    for (title, _), result in zip(chosen.values(), results):
        if not result:
            print(f"FAILED  {title}: its lane broke off")
    failed, skipped = results.count("FAILED") + results.count(""), results.count("skipped")
    print(f"{results.count('ok')} passed, {failed} failed{f', {skipped} skipped' * bool(skipped)}")
    return 1 if failed or any(ends) else 0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--list", action="store_true", help="print the cases' names and end")
    arguments.add_argument("--lane", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("case", nargs="*", help="run only the cases whose name contains one of these")
    options = arguments.parse_args()
    cases = [one for one in CASES.items() if not options.case or any(part in one[0] for part in options.case)]
    # By the names of their folders.
    chosen = {f"{number:02}": one for number, one in enumerate(cases, 1)}
    if options.list:
        print("\n".join(title for title, _ in cases))
        return 0
    if not chosen:
        print("no case has such a name: --list prints them")
        return 1
    work = Path(os.environ["FIRMWARE_WORK"])
    if options.lane is None:
        return run_lanes(work, chosen, options.case)
    run_lane(Setting(Path(os.environ["BOOTLATCH"]).resolve(), work, options.lane), chosen)
    return 0


sys.exit(main())
