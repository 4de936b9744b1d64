"""What collections keep on records of others is read together, and only by who asks for it.

The ORM reads all columns of a record as soon as it needs one, in every transaction, and asks of
each of them whether the reader may see it: some eighty of them are ours, and who posts an invoice
or takes a payment looks at hardly any.
"""

from odoo import api, models

TOGETHER = "collections"
# Looked at whenever an invoice is posted or paid.
ALWAYS = {"collection_block_credit", "collection_is_charge", "collection_recovery_line_id"}


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        _set_apart(self)
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        _set_apart(self)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        _set_apart(self)
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        _set_apart(self)
        return result


def _set_apart(model):
    for name, field in model._fields.items():
        if name.startswith("collection_") and name not in ALWAYS and field.prefetch is True:
            field.prefetch = TOGETHER
