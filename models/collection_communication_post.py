from odoo import api, fields, models
from odoo.exceptions import UserError

# What a person notes on a letter when the post has answered.
PROOF_FIELDS = {"tracking_number", "proof_attachment_ids", "date_delivered"}


class CollectionCommunication(models.Model):
    """Letters: who posts them, in which batch, and the proof that they arrived."""

    _inherit = "collection.communication"

    registered = fields.Boolean(
        string="Registered Letter",
        readonly=True,
        index="btree_not_null",
        help="Posted with a tracking number.",
    )
    by_post_service = fields.Boolean(
        readonly=True, help="Posted by Odoo's service: nobody here prints it."
    )
    snailmail_letter_id = fields.Many2one(
        "snailmail.letter",
        string="Letter at the Post Service",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )
    batch_id = fields.Many2one(
        "collection.letter.batch",
        string="Letter Batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    batch_sequence = fields.Integer(string="No.", readonly=True, aggregator=None)
    page_count = fields.Integer(string="Pages", readonly=True)
    tracking_number = fields.Char(index="btree_not_null")
    proof_attachment_ids = fields.Many2many(
        "ir.attachment",
        relation="collection_communication_proof_rel",
        string="Proof",
        help="The receipt of posting, the signed advice of delivery.",
    )
    date_delivered = fields.Date(
        string="Delivered On", help="The day on which the customer has it, as the post says."
    )
    is_needless = fields.Boolean(
        compute="_compute_is_needless",
        help="The customer has paid, or the discount has ended: this letter should not go.",
    )

    # And on whether the customer has paid: see `ledger_followers`.
    @api.depends(
        "state", "notice_id.stage", "notice_id.line_ids.stage", "notice_id.charge_ids.state"
    )
    def _compute_is_needless(self):
        queued = self.sudo().filtered(lambda row: row.state == "queued" and row.notice_id)
        paid = queued.notice_id._paid_meanwhile()
        for row in self:
            notice = row.sudo().notice_id
            row.is_needless = bool(
                row.sudo() in queued and (notice in paid or notice._is_overtaken())
            )

    def _is_to_leave_out(self):
        """True for a letter in a pile that must not be posted: nobody owes for it, or
        its notice was taken back."""
        self.ensure_one()
        return self.is_needless or self.state == "failed"

    def write(self, vals):
        """The proof of a letter comes after the letter is part of the record."""
        if not self.env.su and vals.keys() and vals.keys() <= PROOF_FIELDS:
            self.check_access("write")
            if self.filtered(lambda row: row.channel != "letter"):
                raise UserError(self.env._("Only letters have a tracking number and a proof."))
            self._check_proof_files(vals)
            # Safe: rights on the rows and the files are checked; nothing else is written.
            return super(CollectionCommunication, self.sudo()).write(vals)
        return super().write(vals)

    def _check_proof_files(self, vals):
        """:raises AccessError: for files their reader may not read"""
        ids = set()
        for command in vals.get("proof_attachment_ids") or ():
            if command[0] == 4:
                ids.add(command[1])
            elif command[0] == 6:
                ids.update(command[2])
        self.env["ir.attachment"].browse(ids).check_access("read")

    def _waiting_for_post(self):
        """The letters somebody here is to print and post."""
        return self.filtered(
            lambda row: row.channel == "letter"
            and row.state == "queued"
            and row.notice_id
            and not row.by_post_service
        )

    def action_mark_posted(self):
        """The service says itself what it has posted."""
        return super(
            CollectionCommunication, self.filtered(lambda row: not row.by_post_service)
        ).action_mark_posted()

    def action_make_batch(self):
        """Print and post the chosen letters together, registered ones apart.

        :raises UserError: when none of them waits to be printed
        """
        self.check_access("write")
        letters = self._waiting_for_post().filtered(lambda row: not row.batch_id)
        if not letters:
            raise UserError(
                self.env._("None of these is a letter that waits to be printed and posted.")
            )
        batches = self.env["collection.letter.batch"]._make(letters)
        return batches._get_records_action(name=self.env._("Letter Batches"))

    def action_leave_batch(self):
        """Take letters out of their batch: they wait for another, and what is not
        needed any more is not posted at all.

        :raises UserError: when the batch has been posted
        """
        self.check_access("write")
        if "posted" in self.batch_id.mapped("state"):
            raise UserError(self.env._("This batch has been posted."))
        # Safe: rights are checked above; the fields are written by the system only.
        rows = self.sudo()
        rows.filtered("is_needless")._not_needed(self.env._("Nothing left to collect"))
        rows.write({"batch_id": False, "batch_sequence": 0, "page_count": 0})
