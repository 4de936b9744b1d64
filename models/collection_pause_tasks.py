import logging

from odoo import SUPERUSER_ID, api, models
from odoo.tools import exception_to_unicode

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)


class CollectionPause(models.AbstractModel):
    """Pauses have an owner, who gets the tasks about them."""

    _inherit = "collection.pause"

    @api.model_create_multi
    def create(self, vals_list):
        pauses = super().create(vals_list)
        pauses._give_owner()
        return pauses

    def _give_owner(self):
        """What a customer wrote himself, or the system, belongs to his collector."""
        for pause in self:
            user = pause.user_id
            if not user or user.share or user.id == SUPERUSER_ID:
                pause.sudo().user_id = pause._collector()

    def _collector(self):
        """Who works the customer, else who is responsible in the company."""
        self.ensure_one()
        customer = self.sudo().partner_id.commercial_partner_id
        collector = customer._collection_collectors(self.company_id)[customer.id]
        return collector or self.company_id._collection_responsible()

    def _task_user(self):
        """The owner; somebody else where he does not work here any more."""
        self.ensure_one()
        owner = self.sudo().user_id
        return owner if owner.active and not owner.share else self._collector()

    def _for_each(self, watch, *args):
        """Call ``watch`` on each record; one that fails stops nobody.

        :return: what failed, as texts
        """
        failures = []
        for record in self:
            try:
                with self.env.cr.savepoint():
                    getattr(record, watch)(*args)
            except RETRY_ERRORS:
                raise
            except Exception as error:
                _logger.exception("Following up %s failed", record)
                failures.append(f"{record.display_name}: {exception_to_unicode(error)}")
        return failures

    def _give_task(self, xmlid, user, day, summary, note=""):
        """One open task of a kind on each record is enough."""
        for record in self:
            if record.activity_search([xmlid], only_automated=False):
                continue
            # A task in the list of the day; a mail for each is noise.
            record.with_context(mail_activity_quick_update=True).activity_schedule(
                xmlid, day, summary=summary, note=note, user_id=user.id
            )
