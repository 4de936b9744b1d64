"""How the PDF engine is called for our letters: fast, alone, and not for ever.

Core has wkhtmltopdf ask the web server for style sheets and fonts, and waits for
JavaScript. Our documents have none, so they bring what they need in files: nothing is
fetched, nothing is waited for, and a letter looks the same while the server is down.
"""

import base64
import hashlib
import os
import pathlib
import posixpath
import re
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil

from odoo import api, models, tools
from odoo.exceptions import UserError
from odoo.tools import file_path

from ..engine import stylesheet

OURS = "account_collections."
# Seconds one call of the engine may take; one letter alone has a quarter of it. A batch
# needs three, and a worker of the scheduler is stopped after two minutes by default.
TIMEOUT = 60
_SHEET = re.compile(r'<link\b[^>]*\bhref="(/web/assets/[^"]+\.css)"[^>]*>')
_BUNDLE = re.compile(r"/(?P<name>[^/]+?)(?P<rtl>\.rtl)?(?P<autoprefix>\.autoprefixed)?\.min\.css$")
_IMAGE = re.compile(r'"data:image/(png|jpe?g|gif);base64,([^"]{1000,})"')
_BODY = re.compile(r"<body\b[^>]*>")
_HEADING = re.compile(r"<(/?)h1\b([^>]*)")
# Core splits a file at its top headings: this one is the first thing of each document.
# It needs a size and a text to be found; the reader sees nothing of it.
START = (
    '<h1 style="position:absolute;top:0;left:0;margin:0;padding:0;border:0;'
    'font-size:1px;line-height:1px;color:#ffffff">.</h1>'
)


class PdfEngineError(UserError):
    """The PDF engine is missing, hangs, crashes or writes no PDF."""


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        """Our documents with their files beside them, under a time limit.

        :raises PdfEngineError: when the engine does not give a PDF
        """
        name = self._get_report(report_ref).report_name if report_ref else ""
        if not name.startswith(OURS):
            return super()._run_wkhtmltopdf(
                bodies, report_ref=report_ref, header=header, footer=footer, **options
            )
        with tempfile.TemporaryDirectory(prefix="collection.letters.") as folder:
            folder = os.path.realpath(folder)
            documents = [header or "", footer or "", *map(_start_with_heading, bodies)]
            documents, files = self._bring_files(documents, folder)
            header, footer, *bodies = documents
            report = self.with_context(collection_files=[folder, *files])
            with self._engine_limit(folder, len(bodies)):
                content = super(IrActionsReport, report)._run_wkhtmltopdf(
                    bodies, report_ref=report_ref, header=header, footer=footer, **options
                )
                if not content.startswith(b"%PDF"):
                    raise UserError(self.env._("The PDF engine gave no PDF."))
        return content

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        arguments = super()._build_wkhtmltopdf_args(*args, **kwargs)
        files = self.env.context.get("collection_files")
        if files is None:
            return arguments
        with suppress(ValueError, IndexError):
            arguments[arguments.index("--javascript-delay") + 1] = "0"
        for path in files:
            arguments += ["--allow", path]
        return arguments

    # Time

    @contextmanager
    def _engine_limit(self, mark, count):
        """Kill the engine when its time is up, and say what went wrong in plain words.

        :param mark: what is found on the command line of the process
        :param count: documents to be rendered
        """
        seconds = self._engine_seconds(count)
        expired = threading.Event()
        thread = threading.get_native_id()
        known = _started_by(thread)
        timer = threading.Timer(seconds, _kill, [mark, thread, known, expired]) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield
        except OSError as error:
            raise PdfEngineError(
                self.env._("The PDF engine does not start: %(reason)s", reason=str(error))
            ) from error
        except UserError as error:
            if expired.is_set():
                raise PdfEngineError(
                    self.env._(
                        "The PDF engine took longer than %(seconds)s seconds and was stopped.",
                        seconds=round(seconds, 1),
                    )
                ) from error
            raise PdfEngineError(error.args[0]) from error
        finally:
            if timer:
                timer.cancel()

    @api.model
    def _engine_seconds(self, count):
        """The time limit of a call; 0: none."""
        # Safe: reads one number of ours.
        parameters = self.env["ir.config_parameter"].sudo()
        value = parameters.get_param("account_collections.letter_timeout", TIMEOUT)
        try:
            seconds = max(float(value), 0)
        except ValueError:
            seconds = TIMEOUT
        until = self.env.context.get("collection_letters_until")
        if until:
            # Somebody waits: half of his time for a batch, so that the letters of one that
            # fails can still be tried alone.
            seconds = min(seconds or TIMEOUT, TIMEOUT)
            if count > 1:
                return min(seconds, max(until - time.monotonic(), 1) / 2)
        return seconds if count > 1 else seconds / 4

    # Files

    @api.model
    def _bring_files(self, documents, folder):
        """HTML that needs nothing from the web server.

        :param documents: header, footer and bodies
        :param folder: where its files may be written
        :return: the documents, and the paths of what they read elsewhere
        """
        # Header and footer are read for each page, with those of all other letters.
        documents[:2] = [_images_as_files(document, folder) for document in documents[:2]]
        styles, files = {}, set()
        for position, document in enumerate(documents):
            hrefs = tuple(_SHEET.findall(document))
            if hrefs and hrefs not in styles:
                styles[hrefs] = self._own_style(hrefs, documents, files)
            if styles.get(hrefs):
                first = _SHEET.search(document)
                rest = _SHEET.sub("", document[first.end() :])
                documents[position] = document[: first.start()] + styles[hrefs] + rest
        return documents, sorted(files)

    @api.model
    def _own_style(self, hrefs, documents, files):
        """What the documents use of style sheets, as an element; None: ask the server."""
        sheets = [self._sheet(href) for href in hrefs]
        if not all(sheets):
            return None
        text, read = stylesheet.trim("\n".join(sheets), documents, _static_file)
        files.update(url2pathname(urlsplit(url).path) for url in read)
        return "<style>" + text.replace("</", "<\\/") + "</style>"

    @api.model
    def _sheet(self, href):
        try:
            return self._read_sheet(href)
        except LookupError:
            return None

    @api.model
    @tools.ormcache("href", cache="assets")
    def _read_sheet(self, href):
        """The content of a bundle's style sheet.

        :raises LookupError: when it is not the one a report would get today
        """
        match = _BUNDLE.search(href)
        if not match:
            raise LookupError(href)
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            match["name"],
            css=True,
            js=False,
            rtl=bool(match["rtl"]),
            autoprefix=bool(match["autoprefix"]),
        )
        if bundle.get_link("css") != href:
            raise LookupError(href)
        found = bundle.get_attachments("min.css")
        if not found and self.env.cr.readonly:
            raise LookupError(href)
        # Safe: a public style sheet, which core makes for everybody.
        return (found or bundle.css()).sudo()[:1].raw.decode()


def _start_with_heading(body):
    """A document core can split from its neighbours, whatever it says: its only heading of
    the first order is its very first thing. Others look as they did."""
    body = _HEADING.sub(_as_second_order, str(body))
    return _BODY.sub(lambda match: match[0] + START, body, count=1)


def _as_second_order(match):
    closing, attributes = match.groups()
    if closing:
        return "</h2"
    if 'class="' in attributes:
        return "<h2" + attributes.replace('class="', 'class="h1 ', 1)
    return f'<h2 class="h1"{attributes}'


def _images_as_files(document, folder):
    """Images of a document written to files: a logo is not read again for each letter."""

    def write(match):
        try:
            content = base64.b64decode(match[2], validate=True)
        except ValueError:
            return match[0]
        name = f"{hashlib.sha256(content).hexdigest()}.{match[1]}"
        path = pathlib.Path(folder, name)
        path.write_bytes(content)
        return f'"{path.as_uri()}"'

    return _IMAGE.sub(write, document)


def _static_file(url):
    """The URL of a module's public file on this machine."""
    path = posixpath.normpath(url.split("?")[0].split("#")[0])
    if not path.startswith("/") or path.split("/")[2:3] != ["static"]:
        return None
    try:
        return pathlib.Path(os.path.realpath(file_path(path.lstrip("/")))).as_uri()
    except (OSError, ValueError):
        return None


def _started_by(thread):
    """Ids of the processes a thread of ours has started; None where nobody knows."""
    try:
        return set(map(int, pathlib.Path(f"/proc/self/task/{thread}/children").read_text().split()))
    except OSError:
        return None


def _kill(mark, thread, known, expired):
    """Kill what the thread has started since, and what that has started.

    :param mark: where the system does not say who started it, what is on its command line
    :param known: what the thread had started before
    """
    expired.set()
    started = _started_by(thread)
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if started is None or known is None:
                found = any(mark in part for part in process.cmdline())
            else:
                found = process.pid in started - known
            for each in [process, *process.children(recursive=True)] if found else ():
                with suppress(psutil.Error):
                    each.kill()
