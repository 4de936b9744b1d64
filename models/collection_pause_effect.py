from odoo import api, models

PAUSE_MODELS = ("collection.hold", "collection.dispute", "collection.promise")


class CollectionPause(models.AbstractModel):
    _inherit = "collection.pause"

    @api.model_create_multi
    def create(self, vals_list):
        """Items that are paused leave the open proposals at once, with the reason."""
        pauses = super().create(vals_list)
        pauses._refresh_proposals()
        return pauses

    def _refresh_proposals(self):
        for company, group in self.grouped("company_id").items():
            customers = group.partner_id.commercial_partner_id
            self.env["collection.notice"]._refresh_open(company, customers)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def unlink(self):
        """A pause of items that disappear (a corrected invoice builds them again)
        ends with the last of them; without items it would hold the customer."""
        pauses = self._collection_open_pauses()
        result = super().unlink()
        for records in pauses:
            bare = records.filtered(lambda pause: not pause.move_line_ids)
            bare.state = bare._pause_gone_state
        return result

    def _collection_open_pauses(self):
        """Open holds, disputes and promises that name these items."""
        debts = self.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        # Safe: whoever deletes a draft need not see collections.
        models_ = [self.env[name].sudo() for name in PAUSE_MODELS if debts]
        return [
            model.search(
                [("move_line_ids", "in", debts.ids), ("state", "=", model._pause_open_state)]
            )
            for model in models_
        ]
