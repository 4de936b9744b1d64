"""Letters that leave through core's post service, and registered ones."""

from odoo import api, models

ADDRESS_PARTS = ("street", "zip", "city", "country_id")


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _prepare_communication(self, notice, channel, problems):
        vals = super()._prepare_communication(notice, channel, problems)
        level, is_letter = notice.level_id, channel == "letter"
        # Said of every row: one that says nothing would be like the first of its batch.
        vals["registered"] = is_letter and level.registered_letter
        vals["by_post_service"] = is_letter and level._posts_by_service(notice.company_id)
        return vals

    @api.model
    def _channel_problems(self, recipient, level, unusable):
        """The service wants the whole address, where a person would find the house."""
        problems = super()._channel_problems(recipient, level, unusable)
        company = level.company_id or self.env.company
        if (
            "letter" not in problems
            and level._posts_by_service(company)
            and not all(recipient[part] for part in ADDRESS_PARTS)
        ):
            problems["letter"] = self.env._(
                "The address of %(name)s lacks street, zip, city or country",
                name=recipient.name,
            )
        return problems

    @api.model
    def _attach_letters(self, notices):
        result = super()._attach_letters(notices)
        self._hand_to_service(notices)
        return result

    @api.model
    def _hand_to_service(self, notices):
        """Letters for core's service, which posts the frozen PDF."""
        rows = notices.filtered("letter_attachment_id").communication_ids.filtered(
            lambda row: row.by_post_service and row.state == "queued"
            # A claimed or handed-over letter is not made a second time.
            and not row.snailmail_letter_id and not row.claimed_on
        )
        report = self.env.ref("account_collections.action_report_notice")
        for company, group in rows.grouped("company_id").items():
            letters = (
                self.env["snailmail.letter"]
                .with_company(company)
                .create(
                    [
                        {
                            "model": row.notice_id._name,
                            "res_id": row.notice_id.id,
                            "partner_id": row.recipient_id.id,
                            "company_id": company.id,
                            "user_id": row.user_id.id,
                            "report_template": report.id,
                        }
                        for row in group
                    ]
                )
            )
            for row, letter in zip(group, letters, strict=True):
                row.snailmail_letter_id = letter
        if rows:
            self.env.ref("snailmail.snailmail_print")._trigger()


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _cancel_pending(self, reason):
        pending = self.communication_ids.filtered(
            lambda row: row.by_post_service and row.state == "queued" and not row.claimed_on
        )
        result = super()._cancel_pending(reason)
        # Safe: whoever books a payment stops the letters about it.
        pending.sudo().snailmail_letter_id._collection_stop()
        return result
