"""Settings of collections are read together, and only by who asks for one of them.

The ORM reads all columns of a company or a customer as soon as it needs one, in every
transaction: some sixty of them are ours, and who posts an invoice looks at none.
"""

from odoo import models

TOGETHER = "collections"
# Looked at whenever an invoice is posted.
ALWAYS = {"collection_block_credit"}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _register_hook(self):
        super()._register_hook()
        _set_apart(self)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _register_hook(self):
        super()._register_hook()
        _set_apart(self)


def _set_apart(model):
    for name, field in model._fields.items():
        if name.startswith("collection_") and name not in ALWAYS and field.prefetch is True:
            field.prefetch = TOGETHER
