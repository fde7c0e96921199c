"""`make demo`: the main job on a real document, through the same commands that a user types.

First a plan over the 2023 State of the Union address that needs no model. Then one question of the ReWOO paper's
curated set over that address, all the way: a Planner writes the plan, the Worker runs it, a Solver answers. The model
is the one of OPENAI_API_KEY / OPENAI_BASE_URL (and REWOO_MODEL) when set, else a scripted server on this machine; the
last lines say which of the two it was.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rewoo_dsl.testing.model_server import ModelServer, text

ROOT = Path(__file__).parent.parent
DATA = "specs/examples/data"
PLAN = "specs/examples/sotu_jobs.rewoo"
QUESTION = 8  # of sotu_qa.csv, counted from 0: how many jobs were created
MODEL = os.environ.get("REWOO_MODEL", "gpt-5-mini")

SCRIPTED_PLAN = """\
Plan: Find what the address says about new jobs overall.
#E1 = retrieve(query="record new jobs created in two years", k=3)
Plan: Look for the pandemic's part in it, at the same time.
#E2 = retrieve(query="COVID shut down businesses, jobs lost", k=2)
Solve: How many jobs were created, by #E1, and what does #E2 say about COVID?
"""

SCRIPTED_ANSWER = (
    "The address says that a record 12 million new jobs were created in two years, more than any president created in "
    "four [E1.0]. Two years before, COVID had shut down businesses and schools [E2.0]."
)


def main() -> None:
    heading("1. A plan without any model, over the 2023 State of the Union address")
    print((ROOT / PLAN).read_text(encoding="utf-8"))
    rewoo("check", PLAN, "--docs", DATA)
    rewoo("graph", PLAN)
    rewoo("run", PLAN, "--docs", DATA)

    with (ROOT / DATA / "sotu_qa.csv").open(encoding="utf-8", newline="") as file:
        row = list(csv.DictReader(file))[QUESTION]
    heading("2. A question, from the Planner's plan to an answer with citations")
    print(f"The question set expects: {row['answer']}\n")
    if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"):
        ask(row["question"], {})
        where = os.environ.get("OPENAI_BASE_URL", "the default endpoint")
        print(f"\nPlan and answer came from a real model: {MODEL} at {where}.")
        return
    with ModelServer([text(SCRIPTED_PLAN), text(SCRIPTED_ANSWER)]) as server:
        ask(row["question"], {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "scripted"})
    print(
        "\nNo model was asked: plan and answer came from a scripted server on this machine; retrieval, checks and\n"
        "citations are real. Set OPENAI_API_KEY (and OPENAI_BASE_URL for another endpoint) to see a model do it."
    )


def ask(question: str, environment: dict[str, str]) -> None:
    rewoo("ask", question.strip(), "--docs", DATA, "--model", MODEL, "--show-plan", environment=environment)


def heading(said: str) -> None:
    print(f"\n{said}\n{'=' * len(said)}\n", flush=True)


def rewoo(*arguments: str, environment: dict[str, str] | None = None) -> None:
    """Runs a `rewoo` command as typed, with its output on this terminal."""
    print(f"$ rewoo {' '.join(quoted(arguments))}", flush=True)
    command = [sys.executable, "-m", "rewoo_dsl.interfaces.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    print(flush=True)


def quoted(arguments: Sequence[str]) -> list[str]:
    return [f'"{one}"' if " " in one else one for one in arguments]


if __name__ == "__main__":
    main()
