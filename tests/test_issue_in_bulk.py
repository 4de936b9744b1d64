"""Issuing many notices writes in bulk: what is written is what core and the ORM would write."""

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..models import bulk
from .common import TODAY, later
from .issue_common import IssueCommon

# What differs from one e-mail to another by nature.
OF_ITS_OWN = {"id", "message_id", "mail_message_id", "create_date", "write_date", "date"}


@tagged("post_install", "-at_install")
class TestIssueInBulk(IssueCommon):
    def _columns(self, record):
        record.flush_recordset()
        self.env.cr.execute(
            f"SELECT to_jsonb(r) FROM {record._table} r WHERE id = %s",  # noqa: S608
            [record.id],
        )
        row = self.env.cr.fetchone()[0]
        return {name: value for name, value in row.items() if name not in OF_ITS_OWN}

    def test_a_copied_mail_is_what_core_makes(self):
        """The fourth e-mail of a batch, against one core makes for the same notice."""
        notices = self._run().notice_ids
        communications = notices.communication_ids.sorted("id")
        self.assertEqual(len(communications), 4)
        copied = communications[-1]
        delivery = self.env["collection.delivery"].with_context(tracking_disable=True)
        notice = copied.notice_id
        headers = delivery._mail_headers(notice)[notice.id]
        made = self.env["mail.mail"].create(
            delivery._prepare_mail(notice, copied.summary, headers, {})
        )
        self.assertEqual(self._columns(copied.mail_mail_id), self._columns(made))
        self.assertEqual(
            self._columns(copied.mail_mail_id.mail_message_id), self._columns(made.mail_message_id)
        )
        self.assertEqual(copied.mail_mail_id.recipient_ids, made.recipient_ids)
        self.assertEqual(len(set(communications.mail_mail_id.mapped("message_id"))), 4)
        self.assertEqual(
            communications.mail_mail_id.recipient_ids, notices.partner_id, "each his own"
        )

    def test_a_copied_row_of_the_log_is_what_the_orm_makes(self):
        rows = self._run().notice_ids.communication_ids.sorted("id")
        first, last = self._columns(rows[0]), self._columns(rows[-1])
        own = {"partner_id", "recipient_id", "notice_id", "address", "summary", "mail_mail_id"}
        for name in own:
            self.assertNotEqual(first.pop(name), last.pop(name), name)
        self.assertEqual(first, last)

    def test_a_row_takes_nothing_of_another_channel(self):
        """The first row of the batch is a registered letter, the next is a call."""
        self.level_1.write(
            {
                "send_email": False,
                "send_letter": True,
                "registered_letter": True,
                "make_call": True,
                "letter_body": "<p>Please pay.</p>",
            }
        )
        rows = self._run().notice_ids.communication_ids
        self.assertEqual(sorted(set(rows.mapped("channel"))), ["call", "letter"])
        for row in rows:
            self.assertEqual(row.registered, row.channel == "letter", row.display_name)
            self.assertFalse(row.by_post_service)

    def test_levels_in_bulk_are_those_the_orm_computes(self):
        """With a level set by hand, one issued before, and a notice of two items."""
        by_hand = self._item(self.invoices[0])
        by_hand.collection_manual_level_id = self.level_1
        by_hand.collection_manual_date = later(-20)
        second = self._invoice(20, 50, partner=self.customers[1])
        self._run(on=later(-1))
        self._run(on=later(15))
        items = self._item(self.invoices) | self._item(second)
        levels = ("collection_level_id", "collection_date", "collection_occurrence")
        written = [[item[name] for name in levels] for item in items]
        invoices = items.move_id.mapped("collection_level_id.name")
        self.assertIn("Level 2", invoices)
        states = self.env["collection.notice"].search([]).mapped("state")
        for records, name in (
            (items, "collection_level_id"),
            (items.move_id, "collection_level_id"),
            (items.collection_notice_line_ids.notice_id, "state"),
            (items.collection_notice_line_ids.notice_id, "is_undelivered"),
        ):
            self.env.add_to_compute(records._fields[name], records)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([[item[name] for name in levels] for item in items], written)
        self.assertEqual(items.move_id.mapped("collection_level_id.name"), invoices)
        self.assertEqual(self.env["collection.notice"].search([]).mapped("state"), states)

    def test_a_manual_level_of_a_later_day_stays(self):
        item = self._item(self.invoices[0])
        run = self._run(issue=False)
        item.collection_manual_level_id = self.level_3
        item.collection_manual_date = later(5)
        notice = run.notice_ids.filtered(lambda row: row.partner_id == self.customers[0])
        item._collection_reach_levels(notice.line_ids)
        self.assertEqual(item.collection_level_id, self.level_3)

    def test_numbers_of_any_sequence(self):
        """In one query, or one at a time where numbers may have no gaps."""
        sequence = self.env["ir.sequence"].search([("code", "=", "collection.notice")], limit=1)
        following = sequence.number_next_actual
        taken = sequence._collection_take(3, TODAY)
        self.assertEqual(taken[0], sequence.get_next_char(following))
        self.assertEqual(taken[2], sequence.get_next_char(following + 2))
        sequence.implementation = "no_gap"
        following = sequence.number_next
        self.assertEqual(
            sequence._collection_take(2, TODAY),
            [sequence.get_next_char(following), sequence.get_next_char(following + 1)],
        )

    def test_bulk_update_writes_each_its_own(self):
        run = self._run(issue=False)
        notices = run.notice_ids
        rows = [{"id": row.id, "failure_reason": f"reason {row.id}"} for row in notices]
        bulk.bulk_update(notices, rows)
        for notice in notices:
            self.assertEqual(notice.failure_reason, f"reason {notice.id}")

    def test_a_copied_call_is_what_core_makes(self):
        """The fourth call of a batch, against one core makes for the same notice."""
        script = "<p>Ask <t t-out='object.partner_id.name'/>: &quot;why?&quot;</p>"
        self.level_1.write({"make_call": True, "call_script": script})
        notices = self._run().notice_ids
        rows = notices.communication_ids.filtered(lambda row: row.channel == "call")
        copied = rows.sorted("id")[-1]
        delivery = self.env["collection.delivery"].sudo()
        made = self.env["mail.activity"].create(delivery._prepare_calls(copied)[0])
        columns = [self._columns(activity) for activity in (copied.activity_id, made)]
        notes = [html2plaintext(row.pop("note")) for row in columns]
        self.assertEqual(columns[0], columns[1])
        self.assertEqual(notes[0], notes[1], "not cleaned again, it reads the same")
        self.assertEqual(len(rows.activity_id), 4)
        for row in rows:
            self.assertIn(row.partner_id.name, row.activity_id.note)
            followers = row.notice_id.message_partner_ids
            self.assertIn(row.activity_id.user_id.partner_id, followers)

    def test_cases_opened_together_are_those_the_orm_computes(self):
        self.level_1.write({"opens_case": True, "deadline_days": 8})
        notices = self._run().notice_ids
        cases = self.env["collection.case"].search([("notice_id", "in", notices.ids)])
        self.assertEqual(cases.partner_id, self.customers)
        self.assertEqual(len(set(cases.mapped("name"))), 4)
        written = [
            self._columns(record) for records in (cases, cases.line_ids) for record in records
        ]
        for records in (cases, cases.line_ids):
            for field in records._fields.values():
                if field.compute and field.store:
                    self.env.add_to_compute(field, records)
        for line in cases.line_ids:
            self.assertEqual(line.amount_claimed, line._open_amount())
        self.env.flush_all()
        computed = [
            self._columns(record) for records in (cases, cases.line_ids) for record in records
        ]
        for before, after in zip(written, computed, strict=True):
            for row in (before, after):
                row.pop("write_uid")
            self.assertEqual(before, after)
        for case in cases:
            self.assertEqual(case.line_ids.move_line_id, case.notice_id.line_ids.move_line_id)
            self.assertTrue(case.amount_open)
            self.assertIn(case.user_id.partner_id, case.message_partner_ids)
            self.assertEqual(len(case.message_ids), 1, "that it was opened")
            self.assertFalse(case.message_ids.notified_partner_ids, "no e-mail for each")

    def test_what_stands_on_a_proposal_already_stays(self):
        """Listed items and credits keep their lines, unless the books say another thing."""
        listed = self._invoice(1, 70, partner=self.customers[0])
        self._credit_note(10, partner=self.customers[1])
        notices = self._run(issue=False).notice_ids
        lines = notices.line_ids
        self.assertLessEqual({"item", "listed", "credit"}, set(lines.mapped("kind")))
        self._pay(listed, 20)
        notices.action_issue()
        self.assertEqual(set(notices.mapped("stage")), {"issued"})
        anew = notices.line_ids - lines
        self.assertEqual(anew.move_line_id, self._item(listed))
        self.assertEqual(anew.amount_residual, 50)
        self.assertFalse(lines.exists() - notices.line_ids)
