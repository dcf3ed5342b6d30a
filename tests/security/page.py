"""Hostile texts, and whether one has come through into a page."""

from html.parser import HTMLParser
from urllib.parse import urlencode

from hypothesis import strategies as st

# Whoever leaves a quote or a bracket of this as it is has such an element, or one with such an attribute, in the page.
MARKER = """'"></title></textarea></script><xss onxss='1'>"""
TEXTS = [
    MARKER,
    "<script>xss()</script>" + MARKER,
    "{{ 7|add:7 }}{% now 'Y' %}" + MARKER,
    "javascript:xss()//" + MARKER,
    "\u202egnp.exe\u202c\u200f" + MARKER,
    "a\x00b" + MARKER,
    "\ud800" + MARKER,
    "\udfff\ud800",
    "\r\nSet-Cookie: xss=1\r\n\r\n" + MARKER,
    "9" * 5_000,
    "9" * 25,
    "99999",
    "-" + "9" * 400,
    "1e400",
    "NaN",
    "\u0661\u0669\u0669\u0669-01-01",
    "0001-01-01",
    "9999-12-31",
    "999999999999-01-01",
    "=1+1" + MARKER,
    "' OR 1=1 --",
    "%00%ff%s%d{}",
    "../../../../etc/passwd\x00",
    "x" * 20_000,
    "[" * 3_000,
    '{"a": ' * 3_000,
    '["\\ud800\\u0000"]',
    "",
]
HOSTILE = st.sampled_from(TEXTS) | st.text(max_size=40) | st.text(max_size=10).map(lambda text: text + MARKER)


class Found(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.hostile = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "xss" or any(name == "onxss" for name, _ in attrs):
            self.hostile.append(self.get_starttag_text())


def assert_harmless(answer):
    """Nobody has broken the page, and nothing hostile has become a part of it."""
    assert answer.status_code < 500
    assert "xss" not in answer.cookies
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        text = answer.content.decode()
        assert Found(text).hostile == []
        assert "<script>xss" not in text


def form(fields):
    """Fields as a browser that obeys no rule sends them: also what is no text."""
    return urlencode(fields, errors="surrogatepass")


FORM = "application/x-www-form-urlencoded"
