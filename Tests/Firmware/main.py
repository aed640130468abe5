"""Runs the cases, one line each, and ends with how many passed."""

import argparse
import os
import sys
import time
import traceback
from pathlib import Path

from cases import CASES
from lab import Lab
from rig import Failed, Skipped
from story import Story


class Setting:
    """What all cases share."""

    def __init__(self, binary, folder, artifacts):
        self.binary, self.folder, self.artifacts = binary, folder, artifacts
        self.folder.mkdir(parents=True)
        self.lab = Lab(self.folder)


def run(setting, number, title, case):
    story = Story(setting, f"{number:02}")
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


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--list", action="store_true", help="print the cases' names and end")
    arguments.add_argument("case", nargs="*", help="run only the cases whose name contains one of these")
    options = arguments.parse_args()
    chosen = {
        title: case for title, case in CASES.items() if not options.case or any(part in title for part in options.case)
    }
    if options.list:
        print("\n".join(chosen))
        return 0
    work = Path(os.environ["FIRMWARE_WORK"])
    setting = Setting(Path(os.environ["BOOTLATCH"]).resolve(), work / "cases", work / "artifacts")
    results = [run(setting, number, title, case) for number, (title, case) in enumerate(chosen.items(), 1)]
    skipped = results.count("skipped")
    print(f"{results.count('ok')} passed, {results.count('FAILED')} failed{f', {skipped} skipped' * bool(skipped)}")
    return 1 if "FAILED" in results or not results else 0


sys.exit(main())
