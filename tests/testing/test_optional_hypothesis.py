"""Hypothesis is an extra: what needs it is apart from what does not."""

import subprocess
import sys

APART = "testing, testing.clock, testing.conformance, testing.model_server, testing.scripted_tools"


def test_the_rest_of_the_room_is_imported_without_hypothesis() -> None:
    names = ", ".join(f"rewoo_dsl.{one.strip()}" for one in APART.split(","))
    code = f"import sys; sys.modules['hypothesis'] = None; import {names}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
