"""The part of a style sheet that some documents can use, with its files on this machine.

The PDF engine reads its style sheet for every page again, header and footer apart. Of
the 5,000 rules of a report's sheet a letter uses some hundred; read alone they take a
fifth of the time. What is left out could not have matched: a selector stays unless it
names a class or an id that is nowhere in the documents.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
_COMMENT = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/""", re.DOTALL)
# What a selector says inside brackets is an attribute's value or a pseudo-class's
# argument, which may be something the element is not.
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^()]*\)")
_NAME = re.compile(r"[.#]([\w-]+)")
_ATTRIBUTE = re.compile(r"""\b(?:class|id)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)""")
# Custom properties: the engine's WebKit is older than they are.
_CUSTOM = re.compile(
    r"""(?<![\w-])--[\w-]+\s*:(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^;"'])*;?""", re.DOTALL
)
_SOURCE = re.compile(r"\bsrc\s*:[^;}]*;?")
_FAMILY = re.compile(r"""font-family\s*:\s*["']?([^"';}]+)""")
# What the engine's old WebKit reads, best first.
FONT_FILES = (".ttf", ".otf", ".woff")
# Groups of rules; other at-rules are taken as they are.
GROUPS = ("@media", "@supports", "@layer", "@container")
# Nothing moves on paper; fonts are looked at apart, and a group may be empty.
MOVING = ("@keyframes", "@-webkit-keyframes", "@-moz-keyframes", "@-o-keyframes")
LEFT_OUT = (*GROUPS, *MOVING, "@font-face")


class Rule(NamedTuple):
    """A rule of the sheet: ``head{body}``, or a statement without a body."""

    head: str
    body: str
    # For each selector of the head: its text, and the names it needs.
    selectors: tuple = ()
    # The rules of a group.
    rules: tuple = ()


def names(documents):
    """Classes and ids in HTML documents."""
    found = set()
    for document in documents:
        for double, single in _ATTRIBUTE.findall(document):
            found.update((double or single).split())
    return found


def trim(css, documents, locate):
    """The rules of ``css`` that HTML documents may use.

    :param locate: function of an URL, the URL of the file on this machine or None
    :return: the style sheet, and the set of the files' URLs it reads
    """
    text = "\n".join(_kept(parse(css), names(documents)))
    said = " ".join((text, *documents)).lower()
    files = set()

    def local(match):
        url = next(filter(None, match.groups()), "")
        found = locate(url)
        if not found:
            return match[0]
        files.add(found)
        return f'url("{found}")'

    fonts = [
        _local_font(rule, locate, files)
        for rule in parse(css)
        if rule.head == "@font-face" and _family(rule) in said
    ]
    return "\n".join([*fonts, _URL.sub(local, text)]), files


@lru_cache(maxsize=4)
def parse(css):
    """The rules of a style sheet."""
    return _parse(_COMMENT.sub(lambda match: match[1] or "", css))


def _parse(css):
    rules, depth, start, opened = [], 0, 0, 0
    for match in _TOKEN.finditer(css):
        sign = match[0]
        if sign == "{":
            depth += 1
            opened = match.start() if depth == 1 else opened
        elif sign == "}" and depth:
            depth -= 1
            if not depth:
                rules.append(_rule(css[start:opened].strip(), css[opened + 1 : match.start()]))
                start = match.end()
        elif sign == ";" and not depth:
            rules.append(Rule(css[start : match.end()].strip(), ""))
            start = match.end()
    return tuple(rules)


def _rule(head, body):
    if head.startswith(GROUPS):
        return Rule(head, "", rules=_parse(body))
    if head.startswith("@"):
        return Rule(head, body)
    body = _CUSTOM.sub("", body).strip()
    return Rule(head, body, selectors=tuple(map(_selector, _split(head))) if body else ())


def _split(head):
    """The selectors of a list; a comma may also stand in brackets."""
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(head):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "," and not depth:
            parts.append(head[start:position])
            start = position + 1
    return [*parts, head[start:]]


def _selector(text):
    if "\\" in text:
        return text, frozenset()  # an escaped name: better kept than misread
    bare = text
    while _BRACKETS.search(bare):
        bare = _BRACKETS.sub("", bare)
    return text, frozenset(_NAME.findall(bare))


def _kept(rules, present):
    for rule in rules:
        if rule.rules:
            inner = "".join(_kept(rule.rules, present))
            if inner:
                yield f"{rule.head}{{{inner}}}"
        elif rule.selectors:
            usable = [text for text, needed in rule.selectors if needed <= present]
            if usable:
                yield f"{','.join(usable)}{{{rule.body}}}"
        elif rule.head.startswith("@") and not rule.head.startswith(LEFT_OUT):
            yield f"{rule.head}{{{rule.body}}}" if rule.body else rule.head


def _family(rule):
    match = _FAMILY.search(rule.body)
    return match[1].strip().lower() if match else "\0"


def _local_font(rule, locate, files):
    """A font face that reads its file from this machine, when there is one."""
    urls = [next(filter(None, parts), "") for parts in _URL.findall(rule.body)]
    for ending in FONT_FILES:
        for url in urls:
            found = url.split("?")[0].split("#")[0].endswith(ending) and locate(url)
            if found:
                files.add(found)
                rest = _SOURCE.sub("", rule.body).strip().rstrip(";")
                return f'@font-face{{{rest};src:url("{found}")}}'
    return f"@font-face{{{rule.body}}}"
