from odoo import models

from ..models.collection_discount_deduction_recognise import CHOSEN


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _reconcile_payments(self, to_process, edit_mode=False):
        """Who pays the discounted amount here has chosen the discount: also where it is
        given by a credit note, and the company wants to be asked about other payments."""
        chosen = not edit_mode or self.early_payment_discount_mode
        wizard = self.with_context(**{CHOSEN: True}) if chosen else self
        for vals in to_process if chosen else []:
            vals["to_reconcile"] = vals["to_reconcile"].with_context(**{CHOSEN: True})
            vals["payment"] = vals["payment"].with_context(**{CHOSEN: True})
        return super(AccountPaymentRegister, wizard)._reconcile_payments(to_process, edit_mode)
