"""Writes the journals of this folder with the code as it is: `python -m tests.journal.data.write v1`."""

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import rewoo_dsl as rw
from tests.journal.shop import ASKING, CALLING, PLAN, SUB, shop

PLANS = {"finished": PLAN, "suspended": ASKING, "killed": PLAN, "sub_plans": CALLING}


def write(name: str, path: Path, dies_in: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(rw.RunSuspended):
        world = Path(folder) / "world"
        load = {"sub.rewoo": SUB}.__getitem__
        rw.run_sync(PLANS[name], shop(world, dies_in=dies_in), journal=path, run_id="r", name=name, load=load)


def main() -> None:
    folder = Path(__file__).parent / sys.argv[1]
    for name in PLANS:
        path = folder / f"{name}.db"
        if path.exists():
            raise SystemExit(f"{path} is there: old journals are not written again")
        dies_in = "send" if name in ("killed", "sub_plans") else None
        call = f"write({name!r}, Path({str(path)!r}), {dies_in!r})"
        code = f"from pathlib import Path; from tests.journal.data.write import write; {call}"
        subprocess.run([sys.executable, "-c", code], check=False)
        with rw.Journal(path) as journal:  # whoever closes it last leaves one file
            assert [run.run for run in journal.runs()] == ["r"]


if __name__ == "__main__":
    main()
