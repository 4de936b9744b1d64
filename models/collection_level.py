from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import ladder

MAX_DAYS = 3650
MAX_DISCOUNT_DAYS = 365
DUNNING, DISCOUNT = "dunning", "discount"


class CollectionLevel(models.Model):
    """A level (stage of the ladder): when it is reached and what it says.

    A level of kind ``discount`` is no stage of the ladder: it tells of a discount that
    is about to end, and its delay counts from the discount's last day.

    The texts are QWeb templates over the notice (``object``), per language.
    """

    _name = "collection.level"
    _inherit = ["mail.render.mixin"]
    _description = "Dunning Level"
    _order = "policy_id, sequence, delay_days, id"
    _check_company_auto = True
    # Managers write the texts; collectors and the scheduled action render them.
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    policy_id = fields.Many2one(
        "collection.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    kind = fields.Selection(
        [(DUNNING, "Reminder or dunning"), (DISCOUNT, "Discount ends")],
        default=DUNNING,
        required=True,
        help="A reminder counts its days from the due date. A discount notice counts them "
        "from the last day of an early-payment discount, and leaves the level of the "
        "invoice as it is.",
    )
    min_discount = fields.Monetary(
        string="Minimum Discount",
        help="No notice for an item on which less can be saved (in the company's currency, "
        "converted to that of the item).",
    )
    sequence = fields.Integer(default=10, required=True, aggregator=None)
    # Days of one level and those of the next don't add up.
    delay_days = fields.Integer(
        string="Days after Due Date",
        required=True,
        aggregator=None,
        help="Calendar days after the due date; negative: before it. The due day itself "
        "is never late.",
    )
    min_interval_days = fields.Integer(
        string="Minimum Interval",
        aggregator=None,
        help="Days that must have passed since the item's previous level.",
    )
    send_email = fields.Boolean(string="E-mail")
    send_letter = fields.Boolean(string="Letter by Post")
    attach_letter = fields.Boolean(
        help="The e-mail carries the letter as a PDF. Where a level charges it always does, "
        "as the letter explains the charges."
    )
    make_call = fields.Boolean(
        string="Phone Call", help="Plans a call for the collector, with the script below."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'collection.notice')]",
        ondelete="restrict",
    )
    letter_subject = fields.Char(translate=True, render_engine="inline_template")
    letter_body = fields.Html(
        string="Letter Text",
        translate=True,
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
        help="Stands above the table of items. Empty: a plain sentence.",
    )
    letter_closing = fields.Html(
        translate=True,
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
        help="Stands below the table of items.",
    )
    call_script = fields.Html(
        translate=True,
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
        help="What the collector says, with the figures of the day.",
    )
    deadline_days = fields.Integer(
        string="Firm Date (days)",
        aggregator=None,
        help="The notice asks for payment within this many days. 0: it sets no date. Romania: "
        "a payment order needs a formal demand (“somație”) of 15 days from its receipt (Codul "
        "de procedură civilă, art. 1015), so more than 15 here; the ultimatum as shipped is not "
        "that demand.",
    )
    fee_rule_id = fields.Many2one(
        "collection.fee.rule",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Charges are made when a notice of this level is issued. A customer's own "
        "rule comes first.",
    )
    make_charges = fields.Boolean(
        string="Charge Lateness",
        help="Charges are made when a notice of this level is issued, by the rule of the "
        "customer or of the policy.",
    )
    requires_approval = fields.Boolean(
        help="Only a manager lets a notice of this level go out.",
    )
    repeat_days = fields.Integer(
        string="Repeat Every (days)",
        aggregator=None,
        help="Last level only. 0: never repeated.",
    )
    max_repeats = fields.Integer(
        default=1, aggregator=None, help="How often the last level is repeated."
    )
    notice_count = fields.Integer(compute="_compute_notice_count")

    _delay_sane = models.Constraint(
        f"CHECK(delay_days BETWEEN -{MAX_DAYS} AND {MAX_DAYS})",
        "The delay must be within ten years.",
    )
    _days_positive = models.Constraint(
        f"CHECK(min_interval_days BETWEEN 0 AND {MAX_DAYS}"
        f" AND deadline_days BETWEEN 0 AND {MAX_DAYS}"
        f" AND repeat_days BETWEEN 0 AND {MAX_DAYS} AND max_repeats >= 0)",
        "Intervals, firm dates and repeats must be within ten years and cannot be negative.",
    )
    _min_discount_positive = models.Constraint(
        "CHECK(min_discount >= 0)", "The minimum discount cannot be negative."
    )
    _discount_once = models.UniqueIndex(
        "(policy_id) WHERE kind = 'discount'",
        "A policy has one discount level at most.",
    )
    _discount_plain = models.Constraint(
        f"CHECK(kind != '{DISCOUNT}' OR (delay_days BETWEEN -{MAX_DISCOUNT_DAYS} AND 0"
        " AND deadline_days = 0 AND repeat_days = 0 AND min_interval_days = 0"
        " AND make_charges IS NOT TRUE AND fee_rule_id IS NULL))",
        "A discount notice goes out on the discount's last day (0) or up to a year before it "
        "(a negative number of days); it sets no firm date, charges nothing and is not "
        "repeated.",
    )

    def _compute_render_model(self):
        self.render_model = "collection.notice"

    def _compute_notice_count(self):
        counts = dict(
            self.env["collection.notice"]._read_group(
                [("level_id", "in", self.ids), ("stage", "=", "issued")],
                ["level_id"],
                ["__count"],
            )
        )
        for level in self:
            level.notice_count = counts.get(level, 0)

    @api.constrains("sequence", "delay_days", "repeat_days", "policy_id", "kind")
    def _check_order(self):
        self.policy_id._check_levels()

    @api.constrains("send_email", "send_letter", "send_sms", "make_call")
    def _check_channel(self):
        for level in self:
            channels = (level.send_email, level.send_letter, level.send_sms, level.make_call)
            if not any(channels):
                raise ValidationError(
                    self.env._(
                        "Level “%(level)s” needs at least one channel: e-mail, letter, SMS or "
                        "call.",
                        level=level.name,
                    )
                )

    @api.constrains("mail_template_id")
    def _check_template_model(self):
        for level in self:
            template = level.mail_template_id
            if template and template.sudo().model != "collection.notice":
                raise ValidationError(
                    self.env._(
                        "The e-mail template of level “%(level)s” must be made for notices.",
                        level=level.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.sudo().filtered("notice_count"):
            raise ValidationError(
                self.env._(
                    "Notices were sent at this level; archive the policy instead of deleting it."
                )
            )

    @api.depends("name", "policy_id.name")
    @api.depends_context("collection_level_with_policy")
    def _compute_display_name(self):
        with_policy = self.env.context.get("collection_level_with_policy")
        for level in self:
            level.display_name = (
                f"{level.policy_id.name}: {level.name}" if with_policy else level.name
            )

    def _engine_level(self):
        """This level as the engine reads it."""
        self.ensure_one()
        return ladder.Level(
            self.id,
            self.sequence,
            self.delay_days,
            self.min_interval_days,
            self.repeat_days,
            self.max_repeats,
        )

    def _may_charge(self):
        """False where no notice of this level charges, whoever the customer is."""
        self.ensure_one()
        return bool(self.fee_rule_id or self.make_charges)

    def _charging_rule(self, customer):
        """The fee rule a notice of this level charges by; empty: it charges nothing.

        The customer's own rule, else the level's, else the policy's.

        :param customer: commercial ``res.partner`` in the company of the notice
        """
        if not self._may_charge():
            return self.fee_rule_id
        own = customer.collection_fee_rule_id
        return own or self.fee_rule_id or self.policy_id.fee_rule_id

    def _carries_letter(self):
        """True when a notice of this level needs its letter as a PDF."""
        self.ensure_one()
        return self.send_letter or self._attaches_letter()

    def _attaches_letter(self):
        """True when the e-mail carries the letter: what is charged is explained in
        its annex, so it always travels along then."""
        self.ensure_one()
        charges = self.make_charges or self.fee_rule_id
        return bool(self.send_email and (self.attach_letter or charges))
