from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_reverse_exactly(self):
        """Reverse posted documents so that each nets to zero, to the cent.

        Core computes taxes and the currency rate of a reversed invoice anew, by the
        rate and the taxes of that day: both are kept. The reversals have numbers and
        dates of their own: today, or the day of the document where that is later.
        """
        self.line_ids.remove_move_reconcile()
        reversals = self._reverse_moves([move._collection_prepare_reversal() for move in self])
        for move, reversal in zip(self, reversals, strict=True):
            if move.is_invoice(include_receipts=True):
                self.env["collection.charge"]._fit_total(reversal, move.amount_total)
        # Core sets them against what they reverse.
        reversals.with_context(move_reverse_cancel=True)._post(soft=False)
        return reversals

    def _collection_prepare_reversal(self):
        self.ensure_one()
        today = self.company_id._collection_today()
        vals = {
            "date": max(today, self.date),
            "ref": self.env._("Reversal of: %s", self.name),
        }
        if self.is_invoice(include_receipts=True):
            day = max(today, self.invoice_date)
            vals |= {
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_currency_rate": self.invoice_currency_rate,
            }
        return vals
