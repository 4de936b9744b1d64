"""What the screens need on top of the models: dialogs and smart buttons."""

from odoo import api, fields, models

from ..engine import compose


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    letters_to_post = fields.Boolean(compute="_compute_letters_to_post")
    has_dropped_items = fields.Boolean(compute="_compute_has_dropped_items")

    @api.depends("line_ids.stage")
    def _compute_has_dropped_items(self):
        for notice in self:
            notice.has_dropped_items = "dropped" in notice.line_ids.mapped("stage")

    @api.depends("communication_ids.state")
    def _compute_letters_to_post(self):
        for notice in self:
            notice.letters_to_post = any(
                row.channel == "letter" and row.state == "queued" and not row.by_post_service
                for row in notice.communication_ids
            )

    def action_open_items(self):
        """The journal items behind the notice."""
        self.ensure_one()
        return self.line_ids.move_line_id._get_records_action(name=self.env._("Items"))

    def action_hold(self):
        """Leave the items of this notice alone until a date."""
        self.ensure_one()
        return self._advancing().action_hold()

    def action_preview_email(self):
        """Read the e-mail and the call script before they go out."""
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["collection.preview"].create({"notice_id": self.id})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Preview")}


class CollectionRun(models.Model):
    _inherit = "collection.run"

    def action_open_to_approve(self):
        """The notices of this run that wait for a manager."""
        action = self.action_open_notices()
        return {**action, "context": {"search_default_to_approve": 1}}


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    def action_hold(self):
        """Leave these items alone until a date."""
        items = self.filtered(lambda line: line.kind in compose.SUBJECTS).move_line_id
        return self.env["collection.hold"]._open_dialog(self.notice_id.partner_id[:1], items)


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    call_date = fields.Date(related="activity_id.date_deadline", string="Planned for")
    call_script = fields.Html(related="notice_id.call_script")

    def action_print_letters(self):
        """One PDF of the letters of these communications."""
        return self.notice_id.action_print()

    def action_log_call(self):
        """Make the call: number, script, and a place for what was said."""
        self.ensure_one()
        wizard = self.env["collection.call"].create({"communication_id": self.id})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Phone Call")}


class CollectionHold(models.Model):
    _inherit = "collection.hold"

    def _open_dialog(self, partner, items):
        """A new hold, filled in.

        :param items: journal items; none holds the whole customer
        """
        self.check_access("create")
        return self._prepare_dialog(self.env._("Hold"), partner, items)


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_collection_hold(self):
        """Leave these invoices alone until a date."""
        return self.env["collection.hold"]._open_dialog(
            self.commercial_partner_id[:1], self._collection_open_items()
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_collection_hold(self):
        """Leave this customer alone until a date."""
        self.ensure_one()
        return self.env["collection.hold"]._open_dialog(self, self.env["account.move.line"])
