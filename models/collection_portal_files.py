import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

MEGABYTE = 1024 * 1024
MAX_SIZE = 5 * MEGABYTE
MAX_FILES = 3
NAME_LENGTH = 80
OFFICE = "application/vnd.openxmlformats-officedocument"
# What a file may be, by what it is called, and what its content must say. Nothing in it
# runs in a browser.
ALLOWED = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}


class CollectionPortal(models.AbstractModel):
    """Files that customers send: few, small, and what they say they are."""

    _inherit = "collection.portal"

    @api.model
    def _check_files(self, files):
        """:param files: list of ``(name, bytes)`` as a browser sent them
        :return: list of values of attachments
        :raises UserError: for too many, too large, or not one of the allowed kinds
        """
        if len(files) > MAX_FILES:
            raise UserError(
                self.env._("At most %(count)s files can be sent at once.", count=MAX_FILES)
            )
        return [self._check_file(name, content) for name, content in files]

    @api.model
    def _check_file(self, name, content):
        name = _clean_name(name)
        if len(content) > MAX_SIZE:
            raise UserError(
                self.env._(
                    "“%(name)s” is too large: a file can have %(size)s MB.",
                    name=name,
                    size=MAX_SIZE // MEGABYTE,
                )
            )
        mimetype = ALLOWED.get(name.rpartition(".")[2].lower())
        if not mimetype or not content or guess_mimetype(content) != mimetype:
            raise UserError(
                self.env._(
                    "“%(name)s” cannot be sent: please send a file of one of these kinds: "
                    "%(kinds)s.",
                    name=name,
                    kinds=", ".join(ALLOWED),
                )
            )
        return {"name": name, "raw": content, "mimetype": mimetype}


def _clean_name(name):
    """The bare name of a file: no folders, nothing a page or a shell could take for its own."""
    bare = re.split(r"[\\/]", name or "")[-1]
    bare = re.sub(r"[^\w .()-]", "_", bare).strip(" .")
    stem, dot, extension = bare.rpartition(".")
    return f"{stem[:NAME_LENGTH] or 'file'}{dot}{extension[:10]}"
