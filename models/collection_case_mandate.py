from odoo import models
from odoo.exceptions import UserError

MANDATE = "account_collections.action_report_case_mandate"


class CollectionCase(models.Model):
    """The letter that mandates an agency or a lawyer."""

    _inherit = "collection.case"

    def action_print_mandate(self):
        """The mandate letter, in the language of whoever is mandated.

        :raises UserError: when nobody is
        """
        self.check_access("read")
        for case in self:
            if not case._mandatary():
                raise UserError(
                    self.env._("Say first which agency or lawyer works %s.", case.display_name)
                )
        return self.env.ref(MANDATE).report_action(self)

    def _in_mandate_lang(self):
        self.ensure_one()
        # Safe: what a letter to a third party says, for whoever may read the case.
        return self.sudo().with_context(lang=self._mandate_lang())

    def _letter_address(self):
        """The mandate goes to whoever works the case; our customer is not written to."""
        return self._mandatary()._collection_address_lines()

    def action_send(self):
        """Write to whoever works the case, with mandate, export and dossier attached.

        :raises AccessError: for everybody but a collections manager, who hands over
        :raises UserError: when nobody is mandated
        """
        self.ensure_one()
        self._check_manager()
        party = self._mandatary()
        if not party:
            raise UserError(
                self.env._("Say first which agency or lawyer works %s.", self.display_name)
            )
        self.action_make_dossier()
        attachments = self.dossier_attachment_id | self._make_mandate() | self._make_export()
        scoped = self._in_mandate_lang()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the File"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": party.ids,
                "default_subject": scoped.env._(
                    "Mandate to collect: %(case)s, %(customer)s",
                    case=self.name,
                    customer=self.partner_id.name,
                ),
                "default_attachment_ids": attachments.ids,
            },
        }

    def _make_mandate(self):
        content = (
            self.env["ir.actions.report"]
            .sudo()
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(MANDATE, self.ids)[0]
        )
        number = (self.name or "").replace("/", "-")
        name = self._in_mandate_lang().env._("Mandate %s", number)
        return self.env["ir.attachment"].sudo().create(
            {
                "name": f"{name}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
