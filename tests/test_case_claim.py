"""What a case claims, as figures and as data for somebody else's system."""

import base64
import csv
import io

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .case_common import CaseCommon
from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCaseClaim(ChargesCommon, CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.fee_rule_id = cls.rule
        cls.layout = cls.env.ref("account_collections.export_layout_default")

    def _amounts_of(self, case):
        keys = ("principal", "interest", "costs", "credits", "total")
        return {
            claim["currency"].name: tuple(claim[key] for key in keys) for claim in case._claim()
        }

    # The claim

    def test_interest_and_costs_to_date(self):
        """1000 at 12 % for 31 days, and 40 that nobody has charged yet."""
        case = self._case(self._ultimatum_due(1000.0))
        self.assertEqual(self._amounts_of(case), {"USD": (1000.0, 10.19, 40.0, 0.0, 1050.19)})
        self.assertRecordValues(
            case.line_ids,
            [{"amount_interest": 10.19, "amount_costs": 40.0, "amount_total": 1050.19}],
        )
        with freeze_time("2026-04-30"):
            self.assertEqual(self._amounts_of(case)["USD"][1], 20.05)

    def test_what_was_charged_is_claimed_once(self):
        """Booked, paid in part, and what has been added since."""
        invoice = self._late(1000.0)
        self.assertTrue(self._run().notice_ids.charge_ids)
        charges = self._charges(invoice)
        case = self._case(invoice)
        booked = self._amounts_of(case)["USD"]
        self.assertEqual(booked, (1000.0, 4.93, 40.0, 0.0, 1044.93))
        with freeze_time("2026-04-30"):
            self.assertEqual(self._amounts_of(case)["USD"][1], 14.79)
        document = charges.charge_move_id
        if document:
            self._pay(document, 40.0)
            self.assertEqual(self._amounts_of(case)["USD"][4], 1004.93)
            case.sudo().move_line_ids |= self._item(document)
            self.assertEqual(self._amounts_of(case)["USD"][4], 1004.93, "not twice")

    def test_never_a_sum_of_two_currencies(self):
        other = self.setup_other_currency("CHF")
        foreign = self._ultimatum_due(500.0, currency_id=other.id)
        amounts = self._amounts_of(self._case(self._ultimatum_due(1000.0), foreign))
        self.assertEqual(amounts["USD"][0], 1000.0)
        self.assertEqual(amounts["CHF"][0], 500.0)

    def test_credits_are_taken_off_once(self):
        first = self._case(self._ultimatum_due(1000.0))
        second = self._case(self._ultimatum_due(300.0))
        self._unallocated_payment(100.0)
        self.assertEqual(self._amounts_of(first)["USD"][3:], (100.0, 950.19))
        self.assertEqual(self._amounts_of(second)["USD"][3], 0.0)

    def test_a_missing_rate_is_said(self):
        """Neither a dossier nor an export with wrong figures."""
        rule = self._fee_rule("Legal", interest_kind="statutory", series_id=self._series({}).id)
        self.customer.collection_fee_rule_id = rule
        case = self._case(self._ultimatum_due(1000.0))
        with self.assertRaisesRegex(UserError, "Reference"):
            case._claim()
        with self.assertRaisesRegex(UserError, "Reference"):
            case._export_file(self.layout)
        self.assertEqual(case.line_ids.amount_interest, 0.0)

    # Export

    def _csv(self, case, layout=None):
        content, name = case._export_file(layout or self.layout)
        self.assertTrue(name.endswith(".csv"))
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        return list(rows)

    def _layout(self, *paths, **values):
        return self.env["collection.export.layout"].create(
            {
                "name": "Own",
                "column_ids": [
                    Command.create({"heading": path, "path": path}) for path in paths
                ],
                **values,
            }
        )

    def test_the_default_layout(self):
        case = self._case(self._ultimatum_due(1000.0, ref="PO-1"), file_number="A-77")
        headings, row = self._csv(case)
        found = dict(zip(headings, row, strict=True))
        expected = {
            "Case": case.name,
            "Their reference": "A-77",
            "Debtor": "Customer",
            "City": "Lyon",
            "Invoice": case.line_ids.move_name,
            "Reference": "PO-1",
            "Due date": "2026-02-28",
            "Days late": "31",
            "Currency": "USD",
            "Open amount": "1000.00",
            "Interest to date": "10.19",
            "Compensation and fees": "40.00",
            "Total": "1050.19",
        }
        self.assertEqual({name: found[name] for name in expected}, expected)

    def test_hostile_names_run_nothing(self):
        """Formulas in names and references stay texts, in both forms; numbers stay
        numbers."""
        names = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", " =1", 'a"b;c\nd')
        layout = self._layout("partner_id.name", "amount_open")
        for name in names:
            self.customer.name = name
            case = self._case(self._ultimatum_due(10.0))
            row = self._csv(case, layout)[1]
            defused = name if name.startswith("a") else f"'{name}"
            self.assertEqual(row, [defused, "10.00"])
            content = case._export_file(layout, "xlsx")[0]
            cell, amount = load_workbook(io.BytesIO(content)).active[2]
            self.assertEqual((cell.data_type, cell.value), ("s", name))
            self.assertEqual((amount.data_type, amount.value), ("n", 10))

    def test_order_form_and_fixed_texts(self):
        layout = self._layout(
            "date_maturity",
            "amount_open",
            "case_id.kind",
            "move_id.invoice_line_ids.name",
            delimiter="|",
            decimal_separator=",",
            date_format="%d.%m.%Y",
            with_headings=False,
            encoding="utf-8",
        )
        layout.column_ids += self.env["collection.export.column"].create(
            {"layout_id": layout.id, "heading": "Client", "constant": "C-42", "sequence": 99}
        )
        content = self._case(self._ultimatum_due(1234.5))._export_file(layout)[0]
        self.assertEqual(
            content.decode(), "28.02.2026|1234,50|Collection agency|Service|C-42\r\n"
        )

    def test_a_column_is_a_field_that_exists(self):
        for path in ("nothing", "partner_id.nothing", "move_name.x", "partner_id.image_1920", "a..b"):
            with self.subTest(path), self.assertRaises(ValidationError):
                self._layout(path)

    def test_the_dialog_gives_the_file(self):
        """A copy stays with the case; several cases make one file."""
        case = self._case(self._ultimatum_due(10.0))
        cases = case | self._case(self._ultimatum_due(20.0))
        for records in (case, cases):
            action = records.with_user(self.collector).action_export()
            wizard = self.env["collection.case.export"].with_user(self.collector)
            wizard = wizard.browse(action["res_id"])
            self.assertEqual(wizard.file_format, "csv")
            wizard.file_format = "xlsx"
            self.assertIn("download=true", wizard.action_export()["url"])
            sheet = load_workbook(io.BytesIO(base64.b64decode(wizard.content))).active
            self.assertEqual(sheet.max_row, 1 + len(records))
        self.assertEqual(
            self.env["ir.attachment"].search_count(
                [("res_model", "=", case._name), ("res_id", "in", cases.ids)]
            ),
            1,
        )

    def test_only_a_manager_makes_layouts(self):
        with self.assertRaises(AccessError):
            self.layout.with_user(self.collector).name = "Mine"
        self.layout.with_user(self.manager).name = "Mine"

    def test_who_may_not_read_a_field_does_not_export_it(self):
        layout = self._layout("case_id.create_uid.company_ids.name", "partner_id.signup_type")
        case = self._case(self._ultimatum_due(10.0)).with_user(self.collector)
        with self.assertRaises(AccessError):
            case._export_file(layout.with_user(self.collector))

    def test_days_of_the_company(self):
        case = self._case(self._ultimatum_due(10.0))
        self.assertEqual(case.line_ids.days_overdue, 31)
        self.assertEqual(case.line_ids.date_maturity, later(-31))
        self.assertEqual(TODAY - case.line_ids.date_maturity, later(31) - TODAY)

    def test_a_subsidiary_is_another_customer(self):
        """Its credits, contacts and objections stand in no dossier of its mother."""
        daughter = self._create_customer(
            "Daughter", is_company=True, parent_id=self.customer.id
        )
        self.assertEqual(daughter.commercial_partner_id, daughter)
        debt, theirs = self._ultimatum_due(1000.0), self._invoice(31, partner=daughter)
        self._unallocated_payment(100.0, partner=daughter)
        self.env["collection.communication"].sudo().create(
            {
                "company_id": self.company.id,
                "partner_id": daughter.id,
                "channel": "call",
                "state": "done",
                "summary": "Their secret",
            }
        )
        self._pause("dispute", theirs, reason="Their quarrel")
        case = self._case(debt)
        self.assertEqual(self._amounts_of(case)["USD"][3], 0.0)
        self.assertNotIn("Their secret", [row["what"] for row in case._contact_rows()])
        nothing = self.env["account.move.line"]
        action = self.env["collection.write.off"]._open(self.customer, nothing)
        rows = [vals["move_line_id"] for *_command, vals in action["context"]["default_line_ids"]]
        case._set_state("withdrawn", closing_reason="Again")
        action = self.env["collection.case"]._open_dialog(self.customer, nothing)
        rows += action["context"]["default_move_line_ids"][0][2]
        self.assertIn(self._item(debt).id, rows)
        self.assertNotIn(self._item(theirs).id, rows)

    def test_a_charge_in_another_case_is_claimed_there(self):
        """Its document was handed over by itself: never claimed twice."""
        self.company.collection_charge_booking = "invoice"
        invoice = self._late(1000.0)
        self._run()
        document = self._charges(invoice).charge_move_id
        self.assertTrue(document)
        first, second = self._case(invoice), self._case(document)
        self.assertEqual(self._amounts_of(second)["USD"][0], document.amount_residual)
        self.assertEqual(self._amounts_of(first)["USD"][1:3], (0.0, 0.0))
        second._set_state("withdrawn", closing_reason="Together")
        self.assertEqual(sum(self._amounts_of(first)["USD"][1:3]), document.amount_residual)
