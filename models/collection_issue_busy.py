from odoo import api, models
from odoo.exceptions import UserError


class CollectionIssue(models.AbstractModel):
    """Whoever presses the button hears why some did not go out."""

    _inherit = "collection.issue"

    @api.model
    def _say_busy(self, notices, then=None):
        """What to say after issuing: customers somebody else is working on are left out,
        and their notices are proposed still.

        :param notices: those that were to be issued
        :param then: an action to go on with
        :return: an action, or ``then``
        :raises UserError: when nothing at all was done
        """
        # Asked, not read: the run may be large.
        left = notices.search([("id", "in", notices.ids), ("stage", "=", "proposed")])
        # An approved one may wait for another week; its reason is on the run.
        free = left.partner_id.try_lock_for_update(allow_referencing=True)
        busy = left.filtered(lambda notice: notice.partner_id not in free)
        if not busy:
            return then
        text = self.env._(
            "%(count)s customers are being worked on by somebody else; press again in a moment.",
            count=len(busy.partner_id),
        )
        if len(busy) == len(notices) and not then:
            raise UserError(text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Not all were issued"),
                "message": text,
                "next": then or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
