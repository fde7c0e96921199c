"""The reference page says of each code what the catalogue says, and is up to date."""

import runpy
from pathlib import Path

from rewoo_dsl.diag.codes import CODES
from rewoo_dsl.diag.reference import reference

GENERATOR = Path(__file__).parents[2] / "scripts" / "generate_docs.py"


def test_the_page_is_up_to_date() -> None:
    assert not runpy.run_path(str(GENERATOR))["is_stale"](), "run make docs"


def test_every_code_has_its_place_and_a_link_to_it() -> None:
    page = reference()
    for code in CODES.values():
        assert page.count(f"\n### {code.number} {code.slug}\n") == 1
        assert page.count(f"(#{code.number.lower()}-{code.slug})") == 1
        assert code.explanation.strip() in page
        assert code.wrong.rstrip() in page
    assert "````" not in "".join(code.wrong + code.right for code in CODES.values())
