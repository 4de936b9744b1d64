from lxml import etree

from odoo import models

# A dict in the context: texts compiled so far.
COMPILED = "collection_compiled_texts"


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        """A text that many customers get is compiled once.

        Core compiles views once, but the text of a mail template anew for each record.
        """
        compiled = self.env.context.get(COMPILED)
        if compiled is None or not isinstance(template, etree._Element):
            return super()._generate_code_uncached(template)
        # Read first: compiling takes the tree apart.
        key = (
            etree.tostring(template),
            *(self.env.context.get(name) for name in self._get_template_cache_keys()),
        )
        if key not in compiled:
            compiled[key] = super()._generate_code_uncached(template)
        return compiled[key]
