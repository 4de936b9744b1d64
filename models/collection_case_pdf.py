"""Binding PDF files into one, each page with its number; plain Python on core's PDF tools."""

import io

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

# Points from the edges of the page, above what any letterhead prints.
MARGIN, TOP, SIZE = 28, 16, 7


def pages_of(content):
    """How many pages a PDF has; 0 when it cannot be read (damaged, with a password)."""
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.isEncrypted:
            return 0
        for number in range(reader.numPages):
            reader.getPage(number)
        return reader.numPages
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it cannot be bound
        return 0


def split_at_headings(content, count):
    """The parts of a PDF that was rendered in one go, by its top headings.

    :return: ``count`` PDFs, or None when the headings do not tell the parts apart
    """
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    starts = _heading_pages(reader)
    if len(starts) != count or starts[:1] != [0]:
        return None
    ends = [*starts[1:], reader.numPages]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        writer = PdfFileWriter()
        for number in range(start, end):
            writer.addPage(reader.getPage(number))
        parts.append(_written(writer))
    return parts


def _heading_pages(reader):
    """The pages of the top headings: wkhtmltopdf names them by number, as core reads
    them when it splits a report by record."""
    root = reader.trailer["/Root"]
    if "/Outlines" not in root or "/First" not in root["/Outlines"]:
        return []
    pages, node = set(), root["/Outlines"]["/First"]
    while True:
        pages.add(root["/Dests"][node["/Dest"]][0])
        if "/Next" not in node:
            return sorted(pages)
        node = node["/Next"]


def bind(parts, title):
    """One PDF of all parts: every page numbered, every part with its bookmark.

    :param parts: list of ``(PDF, label printed on its pages, bookmark)``
    """
    readers = [PdfFileReader(io.BytesIO(content), strict=False) for content, *_rest in parts]
    total = sum(reader.numPages for reader in readers)
    writer, first = PdfFileWriter(), 0
    for reader, (_content, label, bookmark) in zip(readers, parts, strict=True):
        texts = [
            " · ".join(filter(None, (title, label, f"{first + number + 1} / {total}")))
            for number in range(reader.numPages)
        ]
        pages = [reader.getPage(number) for number in range(reader.numPages)]
        stamps = PdfFileReader(io.BytesIO(_stamps(pages, texts)), strict=False)
        for number, page in enumerate(pages):
            # Into the writer first: newer libraries change no page of a reader.
            writer.addPage(page)
            writer.getPage(first + number).mergePage(stamps.getPage(number))
        if hasattr(writer, "add_outline_item"):
            writer.add_outline_item(title=bookmark, page_number=first)
        else:  # the oldest library core supports
            writer.addBookmark(bookmark, first)
        first += reader.numPages
    return _written(writer)


def _stamps(pages, texts):
    """Transparent pages of the same sizes with a text at the upper right."""
    from reportlab.pdfgen import canvas  # noqa: PLC0415 - as core does: it is slow to load

    packet = io.BytesIO()
    sheet = canvas.Canvas(packet)
    for page, text in zip(pages, texts, strict=True):
        box = [float(edge) for edge in page.mediaBox]
        sheet.setPageSize((box[2], box[3]))
        sheet.setFont("Helvetica", SIZE)
        sheet.setFillGray(0.4)
        # The built-in font has the letters of Western Europe.
        plain = text.encode("latin-1", "replace").decode("latin-1")
        sheet.drawRightString(box[2] - MARGIN, box[3] - TOP, plain)
        sheet.showPage()
    sheet.save()
    return packet.getvalue()


def _written(writer):
    with io.BytesIO() as stream:
        writer.write(stream)
        return stream.getvalue()
