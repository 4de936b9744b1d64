"""Who may change what of a case."""

from odoo import models
from odoo.exceptions import AccessError, UserError

from .collection_case import WITH_THIRD_PARTY
from .collection_notice import MANAGER_GROUP

# Whom it was handed over to.
PARTIES = {"kind", "agency_id", "lawyer_id"}


class CollectionCase(models.Model):
    _inherit = "collection.case"

    def _is_for_managers(self, vals):
        """Who works a case that has left the house, and the day an ultimatum gave."""
        moved = {name for name in PARTIES & vals.keys() if any(case[name] for case in self)}
        return bool(
            (moved and self.filtered(lambda case: case.state in WITH_THIRD_PARTY))
            or ("date_handover_due" in vals and self.notice_id)
        )

    def _check_manager(self):
        """:raises AccessError: for everybody but a collections manager"""
        self.check_access("write")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only a collections manager hands over, withdraws or closes cases.")
            )

    def _check_may_take_out(self):
        """:raises AccessError: for items of a case that a manager's "yes, hand over" opened,
            unless another manager thinks again
        """
        if not self.env.su and self.filtered("notice_id"):
            self._check_manager()

    def _check_prepared(self):
        """:raises UserError: once the case has left the house"""
        if self.filtered(lambda case: case.state != "prepared"):
            raise UserError(
                self.env._("The items of a case are chosen before it is handed over.")
            )
