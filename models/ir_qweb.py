from lxml import etree

from odoo import models, tools

# In the context: many customers get the text that is rendered.
COMPILED_ONCE = "collection_compiled_once"


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        """A text that many customers get is compiled once.

        Core compiles views once, but the text of a mail template anew for each record.
        """
        if not self.env.context.get(COMPILED_ONCE) or not isinstance(template, etree._Element):
            return super()._generate_code_uncached(template)
        # Read first: compiling takes the tree apart.
        keys = tuple(self.env.context.get(name) or False for name in self._get_template_cache_keys())
        return self._collection_compiled(etree.tostring(template, encoding="unicode"), keys)

    @tools.ormcache("text", "keys", cache="templates")
    def _collection_compiled(self, text, keys):
        """Forgotten whenever a view changes, as core's compiled views are: it may be one that
        the text calls."""
        anew = self.with_context(**{COMPILED_ONCE: False})
        return anew._generate_code_uncached(etree.fromstring(text))
