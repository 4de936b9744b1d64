"""What need not, or must not, leave any more; see ``collection_notice_second_look``."""

from odoo import models


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    def _keep_back(self):
        """Close those that are not to leave, each with its reason.

        :return: the closed ones
        """
        waiting = self.filtered(
            lambda row: row.notice_id and row.state == "queued" and not row.claimed_on
        )
        if not waiting:
            return waiting
        paid, paused = waiting.notice_id._look_again()
        late = waiting.filtered(lambda row: row._is_from_earlier_day())
        followed = late.notice_id._followed()
        for row in waiting:
            notice = row.notice_id
            if row.state != "queued":
                continue  # closed with its notice
            if notice in paid:
                row._not_needed(self.env._("Nothing left to collect"))
            elif notice._is_overtaken():
                row._not_needed(self.env._("The discount has ended or the customer has paid"))
            elif row in late and notice in followed:
                row._not_needed(self.env._("A later notice has taken its place"))
            elif notice in paused:
                notice._put_off(paused[notice])
            elif row in late and row._is_past_firm_date():
                notice._put_off(self.env._("It would arrive after its own firm date"))
        return waiting.filtered(lambda row: row.state != "queued")

    def _local_day(self):
        self.ensure_one()
        return self.company_id._collection_local_day(self.date)

    def _is_from_earlier_day(self):
        """True for what should have left before today."""
        return self._local_day() < self.company_id._collection_today()

    def _is_past_firm_date(self):
        """True when the firm date has passed while the message waited."""
        deadline = self.notice_id.deadline_date
        return bool(deadline) and (
            self._local_day() <= deadline < self.company_id._collection_today()
        )
