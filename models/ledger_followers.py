"""What collections show of the ledger follows it, without being in its way.

Amounts that core computes itself (what is left of an item, whether a document is paid) depend on
nearly everything in an entry. A field of ours that depends on one of them is met again on each of
those ways, and the ORM weighs each way whenever somebody books: paying an invoice took 4 % longer
for fields that nobody looks at meanwhile. None of them is stored. So they don't depend on these
amounts: whatever is booked makes the cache forget all of them, which costs nothing where there
is nothing to forget.
"""

from odoo import api, models, tools

# What depends on these fields is forgotten with them.
FOLLOWING = {
    "account.move": (
        "collection_interest_accrued",
        "collection_interest_note",
        "collection_next_date",
        "collection_status",
        "collection_status_detail",
    ),
    "account.payment": ("collection_can_allocate",),
    "collection.charge": ("amount_open",),
    "collection.communication": ("is_needless",),
    "collection.case.line": ("amount_open",),
    "collection.dispute": ("amount_credited",),
    "collection.write.off.line": ("amount_recovered", "balance_recovered"),
}


class CollectionLedgerFollowers(models.AbstractModel):
    _name = "collection.ledger.followers"
    _description = "What Follows the Ledger"

    @api.model
    def _forget(self):
        cached = self.env.transaction.field_data
        for field in self._following():
            if cached.get(field):
                field._invalidate_cache(self.env)

    @api.model
    @tools.ormcache()
    def _following(self):
        """The fields, and those that depend on them. Emptied whenever models are set up,
        some of them too: a custom field makes new ones of those around it.

        :raises TypeError: for one that is stored: it would not be computed again
        """
        direct = [
            self.env[model]._fields[name] for model, names in FOLLOWING.items() for name in names
        ]
        found = [*direct]
        for field in direct:
            found += self.pool.get_dependent_fields(field)
        stored = [str(field) for field in found if field.store]
        if stored:
            raise TypeError(f"stored, and depending on what follows the ledger: {stored}")
        return tuple(dict.fromkeys(found))


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def modified(self, fnames, create=False, before=False):
        result = super().modified(fnames, create, before)
        self.env["collection.ledger.followers"]._forget()
        return result

    def _compute_payment_state(self):
        """A notice is settled when what it charged is paid, too."""
        result = super()._compute_payment_state()
        documents = self.filtered("collection_is_charge")
        if documents:
            # Safe: whoever books need not see notices.
            notices = documents.sudo().collection_booked_charge_ids.notice_id
            self.env.add_to_compute(notices._fields["state"], notices)
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.private
    def modified(self, fnames, create=False, before=False):
        result = super().modified(fnames, create, before)
        self.env["collection.ledger.followers"]._forget()
        return result


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.private
    def modified(self, fnames, create=False, before=False):
        result = super().modified(fnames, create, before)
        self.env["collection.ledger.followers"]._forget()
        return result


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.private
    def modified(self, fnames, create=False, before=False):
        result = super().modified(fnames, create, before)
        self.env["collection.ledger.followers"]._forget()
        return result
