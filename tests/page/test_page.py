"""A run's page: it holds what the run holds, needs nothing else, and nothing of a run can make it do anything."""

import asyncio
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewoo_dsl as rw
from rewoo_dsl.interfaces.page import Advice, Shown, page
from rewoo_dsl.interfaces.page.html import SHOWN_CHARACTERS, Html, tag, value_block
from rewoo_dsl.testing.clock import run_virtual
from rewoo_dsl.trace.events import ApprovalAsked

HOSTILE = "</pre></script><script>document.title='broken'</script><img src=x onerror=alert(1)>\u202e'\"&"
PLAN = """\
Goal: Which </title><script>document.title='broken'</script> owners?
input topic: str = "x"
Plan: Look twice, </script> please.
#E1 = look(q=#topic) retry 2
#E2 = look(q="bad") timeout 1s fallback "none"
#E3 = mail(to=#E1[0]) approve "Send <b>it</b>?" within 2h
#E4 = inner(q=#x) for #x in #E1 max 3
#E5 = look(q="fails")
return {a: #E3, b: #E4}
"""


def shown(text: str = PLAN, *, answers: bool = True, **more: Any) -> Shown:
    tools, tried = rw.Registry(), []

    @tools.tool(effect="read")
    async def look(q: str) -> list[str]:
        tried.append(q)
        await asyncio.sleep(30 if q == "bad" else 0.3)
        if q == "fails" or (q == "x" and len(tried) < 3):
            raise ValueError(HOSTILE)
        return [HOSTILE, q]

    @tools.tool()
    async def mail(to: str) -> str:
        return to

    async def answer(_: ApprovalAsked) -> bool:
        await asyncio.sleep(5)
        return True

    linked = rw.check(text, tools, library={"inner": "input q: str\n#E1 = look(q=#q)\nreturn #E1\n"}).require()
    result = run_virtual(rw.run(linked, tools, approve=answer))
    events = result.trace
    if not answers:
        asked = next(i for i, event in enumerate(events) if isinstance(event, ApprovalAsked))
        events = events[: asked + 1]
        more["questions"] = (events[asked],)
    status = result.status if answers else "waiting for a person"
    return Shown(
        result.run_id, status, 0.0, linked, events, name=f"plan{HOSTILE}", text=text, tools=linked.tools, **more
    )


class Read(HTMLParser):
    """What a browser would make of it: elements, their text, and everything that could do something."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.suspects: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcdoc", "action", "formaction", "srcset"):
                self.suspects.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_evidence_is_text_and_nothing_else() -> None:
    read = Read(page(shown()))
    assert read.tags.count("script") == 1
    assert read.suspects == []
    assert "img" not in read.tags
    assert any("<img src=x onerror=alert(1)>" in text for text in read.texts)
    assert "\u202e" not in "".join(read.texts)
    assert all(link.startswith("#") for link in read.links)


def test_every_link_leads_somewhere_and_every_id_is_one_things() -> None:
    read = Read(page(shown()))
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_the_policy_allows_what_is_there_and_nothing_more() -> None:
    text = page(shown())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    said = policy[1].replace("&#x27;", "'")
    assert said.startswith("default-src 'none'; ")
    assert "unsafe" not in said
    assert "http" not in said
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    assert len(inline) == 3
    for one in inline:
        assert b64encode(sha256(one.encode()).digest()).decode() in said


def test_a_run_that_waits_says_what_for_and_what_to_type() -> None:
    text = page(shown(answers=False, advice=(Advice("yes", "rewoo resume abc --yes E3"),)))
    assert "rewoo resume abc --yes E3" in text
    assert "A yes is bound to exactly these calls" in text
    assert "Send &lt;b&gt;it&lt;/b&gt;?" in text


def test_what_is_cut_says_so() -> None:
    block = value_block("x" * (SHOWN_CHARACTERS + 1234))
    assert "1,234 more characters" in block
    assert "more characters" not in value_block("x" * SHOWN_CHARACTERS)


@given(st.text(), st.text())
def test_only_tag_makes_markup(text: str, value: str) -> None:
    made = tag("p", text, title=value)
    read = Read(made)
    assert read.tags == ["p"]
    assert isinstance(made, Html)


def test_a_thousand_steps_are_no_matter() -> None:
    steps = "\n".join(f"#E{i} = #E{i - 1} + 1" if i % 50 else f"#E{i} = {i}" for i in range(1, 1200))
    text = page(shown(f"#E0 = 0\n{steps}\nreturn #E1199\n"))
    assert text.count("<details") >= 1200
    assert len(text) < 3_000_000


# --- in a browser --------------------------------------------------------------------------------------------------

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The page in a file. Made before the browser is there, for that runs an event loop of its own."""
    (tmp_path / "run.html").write_text(page(shown()), encoding="utf-8")
    return tmp_path / "run.html"


@pytest.fixture
def browser(file: Path) -> Any:
    """A real one, where there is one: of playwright itself, or of the system."""
    api = pytest.importorskip("playwright.sync_api", reason="the group `browser` is not installed")
    with api.sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=CHROMIUM)
        except api.Error as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_nothing_runs_and_nothing_is_asked_of_the_network(browser: Any, file: Path, scheme: str) -> None:
    view = browser.new_page(color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("dialog", lambda dialog: said.append(dialog.message))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(file.as_uri())
    assert (said, len(asked)) == ([], 1)
    assert view.title().startswith("plan</pre>")
    dark = view.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 17, 32)"
    assert dark is (scheme == "dark")
    view.close()


def test_in_a_browser_markup_that_got_in_would_not_run(browser: Any, file: Path) -> None:
    whole = file.read_text(encoding="utf-8")
    broken = whole.replace("<main>", "<main><script>document.title='broken'</script>", 1)
    assert broken != whole
    file.write_text(broken, encoding="utf-8")
    view = browser.new_page()
    view.goto(file.as_uri())
    assert view.title() != "broken"
    view.close()


def test_in_a_browser_the_keyboard_is_enough(browser: Any, file: Path) -> None:
    view = browser.new_page()
    view.goto(file.as_uri())
    view.keyboard.press("/")
    view.keyboard.type("fails")
    assert view.locator(".steps > details:visible").count() == 1
    assert view.locator("#count").text_content() == "1 of 6"
    view.keyboard.press("Escape")
    assert view.locator(".steps > details:visible").count() == 6
    view.locator("#step-E1 > summary").focus()
    view.keyboard.press("ArrowDown")
    view.keyboard.press("Enter")
    assert view.locator("#step-E2").get_attribute("open") is not None
    view.locator('#plan a[href="#step-E5"]').click()
    assert view.locator("#step-E5").get_attribute("open") is not None
    view.get_by_role("button", name="failed").click()
    assert view.locator(".steps > details:visible").count() == 1
    view.close()
