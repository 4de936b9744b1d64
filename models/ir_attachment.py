from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

FROZEN_FIELDS = {
    "db_datas",
    "datas",
    "mimetype",
    "name",
    "raw",
    "res_field",
    "res_id",
    "res_model",
    "store_fname",
    "type",
    "url",
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued_letter(self):
        self._check_not_issued_letter()

    def write(self, vals):
        if not FROZEN_FIELDS.isdisjoint(vals):
            self._check_not_issued_letter()
        return super().write(vals)

    def _check_not_issued_letter(self):
        """What the customer received stays as it is, whoever asks.

        The chatter deletes files in sudo, so sudo alone is no excuse: only the
        superuser himself (maintenance, uninstall) may.

        :raises UserError: when one of these files is the letter of a notice
        """
        if self.env.uid == SUPERUSER_ID:
            return
        files = self.filtered(lambda file: file.res_model == "collection.notice")
        # Safe: only asks whether they are letters, and tells nothing about them.
        if files and self.env["collection.notice"].sudo().search_count(
            [("letter_attachment_id", "in", files.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "This is the letter as it was sent to the customer: it can be neither "
                    "changed nor deleted."
                )
            )
