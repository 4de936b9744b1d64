from odoo import models

from .account_payment_term import VOUCHER

# Codes that are a page or an online transaction of their own: one per invoice.
ONE_QR_METHODS = frozenset(("ch_qr", "id_qr"))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_qr_codes(self, options):
        """A code for each amount that can still be paid, where core offers codes.

        Core chooses the method; tiers that have ended get none, as nobody reads dates
        who scans. Vouchers are paid in full: one code for the full amount.

        :param options: of ``_collection_payment_options``
        :return: list of dicts ``image`` (data URL), ``title``, ``amount``, ``until``; empty:
            core prints its one code
        """
        self.ensure_one()
        rows = [row for row in options if row["possible"] and row["kind"] != VOUCHER]
        if (
            len(rows) < 2
            or not self.display_qr_code
            or not self.amount_residual
            or self.qr_code_method in ONE_QR_METHODS
        ):
            return []
        # Core's own code settles the method, and whether there can be one at all.
        if not self._generate_qr_code(silent_errors=True):
            return []
        if not self.qr_code_method or self.qr_code_method in ONE_QR_METHODS:
            return []
        codes = [
            {
                "image": self._collection_qr_code(row["amount"]),
                "title": row["title"],
                "amount": row["amount_text"],
                "until": self.env._("until %(date)s", date=row["date_text"]),
            }
            for row in rows
        ]
        return codes if all(code["image"] for code in codes) else []

    def _collection_qr_code(self, amount):
        """The same code as core's, for another amount."""
        return self.partner_bank_id.build_qr_code_base64(
            amount,
            self.payment_reference or self.name,
            self.payment_reference,
            self.currency_id,
            self.partner_id,
            self.qr_code_method,
            silent_errors=True,
        )
