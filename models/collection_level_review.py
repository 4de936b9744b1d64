import hashlib
from datetime import timedelta

from odoo import api, fields, models

from .pairs import pair

# What customers read or hear.
TEXT_FIELDS = ("letter_subject", "letter_body", "letter_closing", "call_script", "sms_body")
TEMPLATE_FIELDS = ("subject", "body_html")
# So many days before a review ends, the policy says so.
WARNING_DAYS = 30


class CollectionLevel(models.Model):
    """Who has read the level's texts for their legality, and until when that counts.

    A review is of the texts as they stood: changed afterwards, in any language, they
    need a new one.
    """

    _inherit = "collection.level"

    review_by = fields.Char(
        string="Reviewed By", readonly=True, copy=False, help="The lawyer, or who was asked."
    )
    review_date = fields.Date(string="Reviewed On", readonly=True, copy=False)
    review_valid_until = fields.Date(readonly=True, copy=False)
    review_user_id = fields.Many2one(
        "res.users", string="Review Recorded By", readonly=True, copy=False
    )
    review_digest = fields.Char(
        readonly=True, copy=False, help="Of the texts in all languages as they were reviewed."
    )
    review_state = fields.Selection(
        [
            ("none", "Not reviewed"),
            ("valid", "Reviewed"),
            ("ending", "Review ends soon"),
            ("expired", "Review has ended"),
            ("changed", "Texts changed since the review"),
        ],
        compute="_compute_review_state",
        string="Legal Review",
    )
    requires_review = fields.Boolean(related="policy_id.requires_review")

    @api.depends("review_date", "review_valid_until", "review_digest", *TEXT_FIELDS)
    @api.depends_context("company")
    def _compute_review_state(self):
        today = self.env.company._collection_today()
        for level in self:
            level.review_state = level._review_state_on(today)

    def _review_state_on(self, day):
        """See ``review_state``, on a local day."""
        self.ensure_one()
        if not self.review_date:
            return "none"
        if self.review_digest != self._texts_digest():
            return "changed"
        last = self.review_valid_until
        if last and last < day:
            return "expired"
        if last and last - timedelta(days=WARNING_DAYS) <= day:
            return "ending"
        return "valid"

    def _texts_digest(self):
        """A fingerprint of everything this level says, in all installed languages.

        Equal texts count once: a language installed later, which reads the original
        until it is translated, changes nothing.
        """
        self.ensure_one()
        texts = set()
        for code, _name in self.env["res.lang"].get_installed():
            # Safe: a fingerprint tells nothing; collectors do not read templates.
            level = self.sudo().with_context(lang=code)
            texts |= {(name, str(level[name] or "")) for name in TEXT_FIELDS}
            template = level.mail_template_id
            texts |= {(name, str(template[name] or "")) for name in TEMPLATE_FIELDS}
        return hashlib.sha256(repr(sorted(texts)).encode()).hexdigest()

    def _review_problem(self, day):
        """Why the policy does not let this level's texts out; "" when it does."""
        self.ensure_one()
        if not self.policy_id.requires_review:
            return ""
        state = self._review_state_on(day)
        if state in ("valid", "ending"):
            return ""
        labels = dict(self._fields["review_state"]._description_selection(self.env))
        return pair(self.env, self.name, labels[state])

    def action_review(self):
        """Record that the texts were read, by whom and until when that counts."""
        self.check_access("write")
        wizard = self.env["collection.level.review"].create({"level_ids": self.ids})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Legal Review")}

    def _record_review(self, by, day, valid_until):
        for level in self:
            level.write(
                {
                    "review_by": by,
                    "review_date": day,
                    "review_valid_until": valid_until,
                    "review_user_id": self.env.uid,
                    "review_digest": level._texts_digest(),
                }
            )


class CollectionPolicy(models.Model):
    _inherit = "collection.policy"

    requires_review = fields.Boolean(
        string="Texts Need a Legal Review",
        help="A level whose texts nobody has reviewed, whose review has ended or whose texts "
        "have changed since, sends nothing: its items stay where they are.",
    )
    review_warning = fields.Char(compute="_compute_review_warning")

    @api.depends("requires_review", "level_ids.review_date", "discount_level_ids.review_date")
    @api.depends_context("company")
    def _compute_review_warning(self):
        for policy in self:
            levels = policy.level_ids | policy.discount_level_ids
            waiting = levels.filtered(lambda level: level.review_state != "valid")
            asked = policy.requires_review
            policy.review_warning = ", ".join(waiting.mapped("name")) if asked else False

    def action_review(self):
        """Record one review of all texts of these policies."""
        self.check_access("write")
        return (self.level_ids | self.discount_level_ids).action_review()
