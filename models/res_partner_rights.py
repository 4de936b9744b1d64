"""Who decides how a customer is dunned, and how much he may take."""

from odoo import api, models
from odoo.exceptions import AccessError

from .collection_notice import MANAGER_GROUP
from .res_partner_credit import CREDIT_FIELDS
from .typed_values import changed, chosen

# Whoever works collections gives a customer a policy; what the policies say is a manager's.
WORKED = {"collection_policy_id"}
# They lift limits the law or the company sets, like the fee rule.
MANAGED = {
    "collection_customer_type",
    "collection_discount_own_tolerance",
    "collection_discount_tolerance_days",
    "collection_discount_tolerance_amount",
}
# What a merge of two customers keeps of them, whoever merges them.
KEPT = WORKED | MANAGED | CREDIT_FIELDS | {"collection_fee_rule_id"}


class ResPartner(models.Model):
    """Whoever may write contacts may not for that reason decide about collections."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._collection_check_decided(chosen(self, vals_list, WORKED | MANAGED))
        return super().create(vals_list)

    def write(self, vals):
        decided = (WORKED | MANAGED) & vals.keys()
        if decided and not self.env.su:
            self._collection_check_decided(changed(self, vals, decided))
        return super().write(vals)

    def copy_data(self, default=None):
        """A copy by somebody else starts with what every customer starts with."""
        vals_list = super().copy_data(default)
        if self.env.su or self._collection_may_manage():
            return vals_list
        dropped = MANAGED - set(default or ())
        return [
            {name: value for name, value in vals.items() if name not in dropped}
            for vals in vals_list
        ]

    @api.model
    def _collection_check_decided(self, names):
        """:raises AccessError: for whoever does not decide about these fields"""
        if names & WORKED and not self._collection_may_work():
            raise AccessError(
                self.env._("Only whoever works collections chooses a customer's policy.")
            )
        if names & MANAGED and not self._collection_may_manage():
            raise AccessError(
                self.env._(
                    "Only a collections manager says whether a customer is a business or a "
                    "consumer, and how late he may take a discount."
                )
            )

    @api.model
    def _collection_may_work(self):
        return self.env["collection.run"].has_access("write")

    @api.model
    def _collection_may_manage(self):
        return self.env.user.has_group(MANAGER_GROUP)
