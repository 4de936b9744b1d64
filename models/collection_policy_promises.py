from dataclasses import replace

from odoo import fields, models

from ..engine import ladder


class CollectionPolicy(models.Model):
    _inherit = "collection.policy"

    broken_promise = fields.Selection(
        [
            (ladder.RESUME, "Dunning goes on at the level the item had"),
            (ladder.NEXT, "The item gets its next level at once"),
        ],
        string="After a Broken Promise",
        default=ladder.RESUME,
        required=True,
        help="The next level comes once, and waits neither for its delay nor for the minimum "
        "interval since the previous one.",
    )

    def _ladder(self):
        return replace(super()._ladder(), after_broken=self.broken_promise)
