"""Headless Chromium, looked after: no message on its console, no request but for the page itself."""
import json
import pathlib
import sys

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

# The contrast of every text with what is behind it (WCAG 2.2, 1.4.3), and what is less than it must be.
CONTRAST = """
const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] === undefined ? 1 : m[3]]; };
const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; }
  return matchMedia('(prefers-color-scheme: dark)').matches ? [16, 20, 24] : [255, 255, 255]; };
const found = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || /^(SCRIPT|STYLE|NOSCRIPT|OPTION|TITLE|text)$/.test(e.tagName) || e.closest('.unseen, .skip, noscript') || !e.getClientRects().length) continue;
  const style = getComputedStyle(e), a = light(parse(style.color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) found.push(`${e.tagName}.${e.className} "${e.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
}
return found;
"""

# Names of what can be used, and what cannot be found by its name (WCAG 4.1.2).
NAMELESS = """
return [...document.querySelectorAll('a[href], button, input, select, summary, [role=region], dialog[open]')]
  .filter((e) => e.getClientRects().length)
  .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length)
    || e.getAttribute('aria-labelledby'))).map((e) => e.outerHTML.slice(0, 80));
"""


# Deque's checker of WCAG.
AXE = next(pathlib.Path(sys.prefix).glob("lib/python3*/site-packages/axe_playwright_python/axe.min.js"))


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--force-color-profile=srgb", "--hide-scrollbars"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.size(1440, 900)

    def open(self, page, fragment=""):
        """Loads the page anew: a change of the fragment alone would not."""
        self.driver.get("about:blank")
        address = page if str(page).startswith("http") else f"file://{page}"
        self.driver.get(address + fragment)
        self.wait(lambda: self.js("return document.documentElement.dataset.ready"))

    def go(self, fragment):
        self.js("location.hash = arguments[0]; return 1", fragment)
        self.settle()

    def settle(self):
        self.driver.execute_async_script("const d = arguments[0]; setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(d)), 20);")

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def theme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [
                {"name": "prefers-color-scheme", "value": name},
                # A transition has colors of its own.
                {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition, seconds=10):
        """An element that a live page drew again meanwhile is looked for again."""
        return WebDriverWait(self.driver, seconds, 0.05, [StaleElementReferenceException]).until(lambda _: condition())

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector):
        """On a live page, what is clicked may be drawn again just then."""
        self.wait(lambda: self.one(selector).click() or True, 20)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def press(self, *keys):
        """To whatever has the focus."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)
            self.settle()

    def focused(self):
        return self.js("return document.activeElement.textContent || document.activeElement.id")

    def messages(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def axe(self):
        """What WCAG 2.2 A and AA, and good practice, are not met by."""
        if not self.js("return Boolean(globalThis.axe)"):
            self.driver.execute_script(AXE.read_text())
        found = self.driver.execute_async_script("""const done = arguments[0];
            axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
              .then((r) => done(r.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3)}`)),
                (e) => done([String(e)]))""")
        return found

    def requests(self):
        """The addresses that were asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def shot(self, file):
        self.driver.save_screenshot(str(file))

    def end(self):
        self.driver.quit()


KEYS = Keys
