"""Letters as files: pages, batches, previews, and what was sent stays as it was."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .letter_common import LetterCommon

TABLES = (
    "collection_notice",
    "collection_notice_line",
    "collection_communication",
    "ir_attachment",
    "mail_message",
    "mail_mail",
    "mail_activity",
    "account_move_line",
    "ir_sequence",
)


@tagged("post_install", "-at_install")
class TestLetterFiles(LetterCommon):
    def _long_debt(self, partner, count):
        for number in range(count):
            self._at(self._debt(partner, 31, amount=10.0 + number), self.ultimatum)

    def test_h1_h2_a_batch_gives_each_customer_his_own_letter(self):
        """H1, H2: three letters by one call of the PDF engine, one of them long."""
        self._at(self._debt(self.english, 31), self.ultimatum)
        self._long_debt(self.french, 60)
        other = self._create_customer("Doe & Daughters", lang="en_US")
        self._at(self._debt(other, 31, currency=self.leu), self.ultimatum)
        customers = self.english | self.french | other
        report_class = self.env.registry["ir.actions.report"]
        with patch.object(
            report_class,
            "_run_wkhtmltopdf",
            autospec=True,
            side_effect=report_class._run_wkhtmltopdf,
        ) as engine:
            notices = self._issue(customers)
        self.assertEqual(engine.call_count, 1)
        self.assertEqual(len(notices), 3)
        pages = {}
        for notice in notices:
            pages[notice.partner_id] = self._pages(notice.letter_attachment_id.raw)
            text = " ".join(pages[notice.partner_id])
            self.assertIn(notice.partner_id.name, text)
            for stranger in notices - notice:
                self.assertSilent(text, stranger.partner_id.name, stranger.name)
        self.assertEqual((len(pages[self.english]), len(pages[other])), (1, 1))
        self._check_long_letter(
            notices.filtered(lambda notice: notice.partner_id == self.french), pages[self.french]
        )

    def _check_long_letter(self, notice, pages):
        """The table's head stands on each page of it, no row is lost or cut."""
        self.assertGreater(len(pages), 1)
        with_rows = [page for page in pages if "28/02/2026" in page]
        self.assertGreater(len(with_rows), 1)
        for page in with_rows:
            self.assertSays(page, "Jours de retard", "Solde EUR")
        text = " ".join(pages)
        rows = notice._letter_table()["rows"]
        self.assertEqual(len(rows), 60)
        for row in rows:
            self.assertEqual(text.count(f"{row['label']} "), 1)
        self.assertSays(pages[-1], "salutations distinguées", "Page")

    def test_printing_many_gives_one_file_in_order(self):
        self._at(self._debt(self.english, 31), self.ultimatum)
        self._at(self._debt(self.french, 31), self.ultimatum)
        notices = self._issue(self.english | self.french)
        pages = self._pages(self._print(notices))
        self.assertEqual(len(pages), 2)
        for notice, page in zip(notices, pages, strict=True):
            self.assertIn(notice.partner_id.name, page)

    def _everything(self):
        """The content of every table a preview could touch, less the style sheets."""
        self.env.flush_all()
        content = {}
        for table in TABLES:
            self.env.cr.execute(
                SQL(
                    "SELECT to_jsonb(t) FROM %s t WHERE coalesce(to_jsonb(t)->>'url', '')"
                    " NOT LIKE '/web/assets/%%' ORDER BY id",
                    SQL.identifier(table),
                )
            )
            content[table] = self.env.cr.fetchall()
        return content

    def test_i4_a_preview_writes_nothing(self):
        """I4: printed for control, not a single row of the database changes."""
        self._at(self._debt(self.english, 16), self.wrong)
        self._at(self._debt(self.french, 31), self.ultimatum)
        notices = self._propose(self.english | self.french)
        before = self._everything()
        pages = self._pages(self._print(notices))
        after = self._everything()
        self.assertEqual([table for table in TABLES if after[table] != before[table]], [])
        text = " ".join(pages)
        self.assertSays(text, "PROPOSAL – not sent", "PROPOSITION – non envoyée", "1,234.56 €")
        self.assertSays(text, "FR76 3000 6000 0112 3456 7890 189", "mille deux cent")

    def test_a_proposal_of_several_invoices_has_no_reference_yet(self):
        self._at(self._debt(self.french, 16), self.wrong)
        self._at(self._debt(self.french, 17), self.wrong)
        notice = self._propose(self.french)
        self.assertEqual(notice._letter_reference(), "(le numéro de cette lettre)")
        notice.action_issue()
        self.assertEqual(notice._letter_reference(), notice.name)

    def test_a_collector_previews(self):
        """Whoever may read a notice may see its letter; an auditor too."""
        self._at(self._debt(self.english, 16), self.wrong)
        notice = self._propose(self.english)
        for role in ("collector", "auditor"):
            user = new_test_user(
                self.env,
                f"letter-{role}",
                groups=f"account_collections.group_collections_{role}",
                company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            html = (
                self.env["ir.actions.report"]
                .with_user(user)
                .with_company(self.company)
                ._render_qweb_html("account_collections.report_notice", notice.ids)[0]
                .decode()
            )
            self.assertIn("PROPOSAL", html)
            self.assertIn("FR76 3000", html)

    def test_frozen_whatever_happens_later(self):
        """Promise 7: invoice, policy, customer, bank and company change; the letter
        does not, on paper or on the screen."""
        invoice = self._at(self._debt(self.english, 31, ref="PO-1"), self.ultimatum)
        notice = self._issue(self.english)
        content = notice.letter_attachment_id.raw
        said = self._everything_said(notice)
        self.english.write({"name": "Renamed Ltd", "street": "9 Other Road", "lang": "fr_FR"})
        self.ultimatum.write({"letter_subject": "Other", "letter_body": "<p>Other</p>"})
        self.bank.sudo().write({"acc_holder_name": "Somebody else"})
        self.company.write({"phone": "000", "name": "Renamed Company"})
        invoice.write({"ref": "PO-2"})
        self._pay(invoice, amount=200.0)
        notice.invalidate_recordset()
        self.assertEqual(self._everything_said(notice), said)
        self.assertEqual(notice.letter_attachment_id.raw, content)
        self.assertEqual(self._print(notice), content)

    def _everything_said(self, notice):
        return [
            notice._letter_title(),
            notice._letter_part("letter_body"),
            notice._letter_part("letter_closing"),
            notice._letter_table(),
            notice._letter_details(),
            notice._letter_reference(),
            notice._letter_words(),
            notice._letter_demand(),
        ]

    def test_a_file_of_the_same_name_is_not_the_letter(self):
        """Anybody, the customer by his reply included, may put a file into the chatter."""
        self._at(self._debt(self.english, 31), self.ultimatum)
        notice = self._issue(self.english)
        letter = notice.letter_attachment_id
        fake = letter.copy({"raw": b"%PDF-1.4 not the letter"})
        self.assertEqual(fake.name, letter.name)
        self.assertEqual(self._print(notice), letter.raw)

    def test_the_letter_can_be_neither_changed_nor_deleted(self):
        self._at(self._debt(self.english, 31), self.ultimatum)
        letter = self._issue(self.english).letter_attachment_id.with_env(self.env)
        for values in (
            {"name": "x.pdf"},
            {"raw": b"x"},
            {"datas": "eA=="},
            {"res_id": 1},
            {"res_model": "res.partner"},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "as it was sent"):
                letter.write(values)
        with self.assertRaisesRegex(UserError, "as it was sent"):
            letter.unlink()
        # The chatter deletes in sudo.
        with self.assertRaisesRegex(UserError, "as it was sent"):
            letter.sudo()._delete_and_notify()
        letter.write({"description": "filed"})
        letter.with_user(self.env.ref("base.user_root")).unlink()

    def test_other_files_are_left_alone(self):
        self._at(self._debt(self.english, 31), self.ultimatum)
        notice = self._issue(self.english, pdf=False)
        other = self.env["ir.attachment"].create(
            {"name": "note.txt", "raw": b"x", "res_model": notice._name, "res_id": notice.id}
        )
        other.name = "note 2.txt"
        other.unlink()
        elsewhere = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"x"})
        with patch.object(self.env.registry["collection.notice"], "search_count") as asked:
            elsewhere.name = "b.txt"
            elsewhere.unlink()
        self.assertFalse(asked.called, "a file that belongs elsewhere costs no query")

    def test_mails_say_the_same_as_the_letter(self):
        """The e-mail is in the customer's language, with the letter attached."""
        self._at(self._debt(self.french, 16), self.wrong)
        notice = self._issue(self.french)
        mail = notice.communication_ids.mail_mail_id
        self.assertEqual(mail.attachment_ids, notice.letter_attachment_id)
        subject = notice.email_subject.replace("\u00a0", " ")
        self.assertEqual(subject, "Qu’est-ce qui retient votre règlement de 1 234,56 € ?")
        body = mail.body_html.replace("\u00a0", " ")
        self.assertSays(
            body,
            "Bonjour,",
            "1 234,56 €",
            "8 avril 2026",
            "Échéance",
            "FR76 3000 6000 0112 3456 7890 189",
            notice._letter_reference(),
            self.company.name,
        )
        self.assertSilent(body, "Due date", "Hello", "Dunning", "t-out", "t-call", "(table")

    def test_call_script_has_the_figures_of_the_day(self):
        self._at(self._debt(self.romanian, 16, currency=self.leu), self.wrong)
        notice = self._issue(self.romanian, pdf=False)
        script = notice.call_script.replace("\u00a0", " ")
        self.assertSays(script, "1.234,56 lei", notice.name, "8 aprilie 2026", "Întrebați")
        self.assertIn("Întrebați", notice.activity_ids.note)

    def test_courtesy_asks_for_what_falls_due(self):
        self._debt(self.english, -2)
        notice = self._issue(self.english, pdf=False)
        self.assertEqual(notice.level_id, self.courtesy)
        self.assertEqual(notice.amount_demanded, 1234.56)
        self.assertSays(notice.email_subject.replace("\u00a0", " "), "1,234.56 €")
        self.assertSays(notice.email_body, "not yet due", "there is nothing more to do")
        self.assertSilent(notice.email_body, "past its due date")

    def test_a_letter_rendered_later_is_dated_the_day_it_was_issued(self):
        self._at(self._debt(self.english, 31), self.ultimatum)
        notices = self._propose(self.english)
        notices.action_approve()
        with patch.object(
            self.env.registry["collection.delivery"],
            "_render_letters",
            lambda self, notices: notices,
        ):
            notices.action_issue()
        self.assertFalse(notices.letter_attachment_id)
        self.english.name = "Renamed Ltd"
        delivery = self.env["collection.delivery"].sudo().with_context(force_report_rendering=True)
        delivery._render_letters(notices.sudo())
        text = self._text(notices.letter_attachment_id.raw)
        self.assertSays(text, "Smith Brothers", "March 31, 2026")
        self.assertSilent(text, "Renamed Ltd", "PROPOSAL")
