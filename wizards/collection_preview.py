from odoo import api, fields, models


class CollectionPreview(models.TransientModel):
    """The e-mail and the call script of a notice, as they would read now."""

    _name = "collection.preview"
    _description = "Notice Preview"

    notice_id = fields.Many2one(
        "collection.notice", required=True, readonly=True, ondelete="cascade"
    )
    recipient_id = fields.Many2one(related="notice_id.recipient_id")
    send_email = fields.Boolean(related="notice_id.level_id.send_email")
    send_sms = fields.Boolean(related="notice_id.level_id.send_sms", string="By SMS")
    make_call = fields.Boolean(related="notice_id.level_id.make_call")
    subject = fields.Char(compute="_compute_texts")
    body = fields.Html(compute="_compute_texts", sanitize=False)
    sms_number = fields.Char(string="To", compute="_compute_texts")
    sms_body = fields.Text(string="SMS", compute="_compute_texts")
    sms_length = fields.Char(string="Length", compute="_compute_texts")
    call_script = fields.Html(compute="_compute_texts", sanitize=False)

    @api.constrains("notice_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo."""
        self.notice_id.with_user(self.env.user).check_access("read")

    @api.depends("notice_id")
    def _compute_texts(self):
        for preview in self:
            preview.notice_id.check_access("read")
            # Safe: rights are checked; a template may show what its reader cannot open.
            notice = preview.notice_id.sudo()
            delivery = self.env["collection.delivery"].sudo()
            preview.subject = preview.body = preview.call_script = False
            preview.sms_body = preview.sms_length = preview.sms_number = False
            if notice.level_id.send_sms:
                preview.sms_number = notice.recipient_id._collection_sms_number()
                preview.sms_body = delivery._render_sms(notice)[notice.id]
                preview.sms_length = notice._say_sms_length(preview.sms_body)
            if notice.level_id.send_email and notice.level_id.mail_template_id:
                preview.subject = delivery._render_email(notice, "subject")[notice.id]
                preview.body = delivery._render_email(notice, "body_html")[notice.id]
            if notice.level_id.make_call:
                preview.call_script = delivery._render_level(notice, "call_script")[notice.id]
