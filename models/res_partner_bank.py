import re

from odoo import models

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


class ResPartnerBank(models.Model):
    """The account a customer is asked to pay to."""

    _inherit = "res.partner.bank"

    def _collection_words(self):
        """What letters, statements and the portal say of an account; ``{}`` of none."""
        if not self:
            return {}
        self.ensure_one()
        return {
            "holder": self.acc_holder_name or self.partner_id.name,
            "name": self.bank_name or "",
            "account": self._collection_grouped(),
            "bic": self.bank_bic or "",
        }

    def _collection_grouped(self):
        """An IBAN in groups of four, as it is printed on paper; others as they are."""
        compact = re.sub(r"\s", "", self.acc_number or "")
        if not IBAN.fullmatch(compact):
            return self.acc_number or ""
        return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))
