"""Reference rates: shipped data, constraints, import, reminder, rights."""

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import file_open, mute_logger

from ..engine.rates import MissingRate
from .access_common import AccessCommon

REMINDER = "account_collections.mail_activity_type_missing_rate"
FILE_OPTIONS = {
    "has_headers": True,
    "separator": ",",
    "quoting": '"',
    "encoding": "utf-8",
    "date_format": "%Y-%m-%d",
    "float_decimal_separator": ".",
    "float_thousand_separator": ",",
}


class RatesCommon(AccessCommon):
    @classmethod
    def _shipped(cls, name):
        return cls.env.ref(f"account_collections.rate_series_{name}")

    @classmethod
    def _create_series(cls, name="Test rate", **values):
        return cls.env["collection.rate.series"].create({"name": name, **values})

    @classmethod
    def _enter(cls, series, day, rate=2.0, **values):
        return cls.env["collection.rate"].create(
            {"series_id": series.id, "date_from": day, "rate": rate, **values}
        )


@tagged("post_install", "-at_install")
class TestShippedRates(RatesCommon):
    """Values as their publishers gave them."""

    def assertRate(self, name, day, percent):
        series = self._shipped(name)._engine_series()
        self.assertEqual(float(series.on(date.fromisoformat(day))), percent)

    def assertMissing(self, name, day, first_day):
        with self.assertRaises(MissingRate) as caught:
            self._shipped(name)._engine_series().on(date.fromisoformat(day))
        self.assertEqual(caught.exception.series, self._shipped(name).name)
        self.assertEqual(caught.exception.day, date.fromisoformat(first_day))

    def test_published_values(self):
        for name, day, percent in (
            ("ecb", "2022-12-31", 0.0),
            ("ecb", "2023-01-01", 2.5),
            ("ecb", "2025-12-31", 2.15),
            ("ecb", "2026-07-01", 2.4),
            ("boe", "2026-07-01", 3.75),
            ("bundesbank", "2022-12-31", -0.88),
            ("bundesbank", "2026-06-30", 1.27),
            ("bnr", "2024-07-08", 7.0),  # the semester keeps the value of its first day
            ("bnr_changes", "2024-07-08", 6.75),
            ("bnr_changes", "2024-07-07", 7.0),
            ("fr_legal", "2024-07-01", 4.92),
            ("fr_legal", "2026-01-01", 2.62),
            ("fr_legal_private", "2026-01-01", 6.67),
            ("ch", "2030-01-01", 5.0),
            ("be", "2025-07-01", 10.5),
            ("be_legal", "2024-12-31", 5.75),
            ("ie", "2013-03-16", 8.75),
            ("ie", "2026-07-01", 10.4),
            ("es", "2024-06-30", 12.5),
            ("it", "2025-01-01", 11.15),
            ("nl", "2024-07-01", 12.25),
            ("nl_consumer", "2024-07-01", 7.0),
        ):
            with self.subTest(series=name, day=day):
                self.assertRate(name, day, percent)

    def test_half_years_nobody_confirmed_are_missing(self):
        for name, day, first_day in (
            ("bnr", "2026-08-15", "2026-07-01"),
            ("bundesbank", "2026-07-01", "2026-07-01"),
            ("fr_legal", "2026-12-31", "2026-07-01"),
            ("be", "2023-06-30", "2023-01-01"),
            ("be_legal", "2020-08-01", "2020-07-01"),
            ("nl_consumer", "2025-01-01", "2025-01-01"),
            ("ch", "2012-12-31", "2012-12-31"),
        ):
            with self.subTest(series=name, day=day):
                self.assertMissing(name, day, first_day)

    def test_every_value_has_a_source(self):
        series = self.env["collection.rate.series"].search([])
        self.assertEqual(len(series.filtered("source")), len(series))
        self.assertEqual(len(series.rate_ids.filtered("source")), len(series.rate_ids))
        self.assertGreater(len(series.rate_ids), 200)

    def test_half_year_values_start_on_their_half_year(self):
        """But one: Ireland's regulations came into force on 16 March 2013."""
        values = (
            self.env["collection.rate.series"]
            .search([("validity", "=", "half_year")])
            .rate_ids.filtered(
                lambda rate: (rate.date_from.month, rate.date_from.day) not in ((1, 1), (7, 1))
            )
        )
        self.assertEqual(values.series_id, self._shipped("ie"))
        self.assertEqual(values.mapped("date_from"), [date(2013, 3, 16)])


@tagged("post_install", "-at_install")
class TestRateSeries(RatesCommon):
    def test_a_day_has_one_value(self):
        series = self._create_series()
        self._enter(series, "2026-01-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._enter(series, "2026-01-01", 3.0)

    def test_a_rate_is_a_percentage(self):
        series = self._create_series()
        for rate in (-10.5, 100.5):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._enter(series, "2026-01-01", rate)

    def test_zero_is_a_rate_and_empty_is_none(self):
        series = self._create_series()
        self.assertEqual(self._enter(series, "2026-01-01", 0.0).rate, 0.0)
        self.assertEqual(self._enter(series, "2025-07-01", 0).rate, 0.0)
        for empty in (False, None, ""):
            with self.assertRaisesRegex(ValidationError, "2026-07-01 is empty"):
                self._enter(series, "2026-07-01", empty)
        with self.assertRaisesRegex(ValidationError, "is empty"):
            series.rate_ids[0].write({"rate": False})

    def test_today(self):
        half_yearly = self._create_series("Half-yearly")
        lasting = self._create_series("Lasting", validity="until_next")
        for series in (half_yearly, lasting):
            self._enter(series, "2025-07-01", 2.15)
        with freeze_time("2026-03-31"):
            series = half_yearly + lasting
            series.invalidate_recordset(["current_rate", "is_current_missing"])
            self.assertEqual(series.mapped("is_current_missing"), [True, False])
            self.assertEqual(lasting.current_rate, 2.15)
            found = series.search(
                [("is_current_missing", "=", True), ("id", "in", series.ids)]
            )
            self.assertEqual(found, half_yearly)
            known = series.search(
                [("is_current_missing", "=", False), ("id", "in", series.ids)]
            )
            self.assertEqual(known, lasting)
            self._enter(half_yearly, "2026-02-10", 2.0)
            self.assertFalse(half_yearly.is_current_missing)
            self.assertEqual(half_yearly.current_rate, 2.0)

    def test_typed_in_the_form(self):
        series_form = Form(self.env["collection.rate.series"])
        series_form.name = "Typed in"
        with series_form.rate_ids.new() as line:
            line.date_from = "2026-01-01"
            line.rate = 1.25
            line.source = "Gazette 12"
        series = series_form.save()
        self.assertEqual(float(series._engine_series().on(date(2026, 6, 30))), 1.25)

    def test_rights(self):
        series = self._create_series()
        rate = self._enter(series, "2026-01-01")
        for role in ("auditor", "collector"):
            self.assertEqual(self._as(role, rate).rate, 2.0)
            self.assertTrue(self._as(role, series).name)
            for record, values in ((rate, {"rate": 3.0}), (series, {"name": "Mine"})):
                with self.assertRaises(AccessError):
                    self._as(role, record).write(values)
        with self.assertRaises(AccessError):
            self._as("portal", rate).read(["rate"])
        self._as("manager", rate).rate = 3.0
        self.assertEqual(rate.rate, 3.0)


@tagged("post_install", "-at_install")
class TestRateImport(RatesCommon):
    """Through Odoo's own import of files."""

    def _import(self, content, role="manager"):
        """What the import dialog does: match the headings, then load.

        :return: ``(names of the matched fields, messages)``
        """
        wizard = (
            self.env["base_import.import"]
            .with_user(self.users[role])
            .create(
                {
                    "res_model": "collection.rate",
                    "file": content.encode(),
                    "file_name": "rates.csv",
                    "file_type": "text/csv",
                }
            )
        )
        preview = wizard.parse_preview(FILE_OPTIONS)
        self.assertNotIn("error", preview)
        matched = [preview["matches"][column][0] for column in sorted(preview["matches"])]
        result = wizard.execute_import(matched, preview["headers"], FILE_OPTIONS)
        return matched, result["messages"]

    def test_the_template_is_ready_to_fill_in(self):
        (template,) = self.env["collection.rate"].get_import_templates()
        path = template["template"].lstrip("/")
        with file_open(path) as template_file:
            heading = template_file.readline()
        series = self._create_series("Central bank of the test", code="TEST-CB")
        matched, messages = self._import(
            heading
            + "TEST-CB,2026-01-01,0.00,Bulletin 1\n"
            + "Central bank of the test,2026-07-01,-0.25,Bulletin 2\n"
        )
        self.assertEqual(matched, ["series_id", "date_from", "rate", "source"])
        self.assertFalse(messages)
        self.assertEqual(
            [
                (str(rate.date_from), rate.rate, rate.source)
                for rate in series.rate_ids.sorted("date_from")
            ],
            [("2026-01-01", 0.0, "Bulletin 1"), ("2026-07-01", -0.25, "Bulletin 2")],
        )

    @mute_logger("odoo.sql_db", "odoo.models")
    def test_what_a_file_may_not_do(self):
        series = self._create_series(code="TEST-CB")
        self._enter(series, "2026-01-01", 2.0)
        heading = "Reference Rate,From,Percent a Year,Source\n"
        for row, message in (
            ("TEST-CB,2026-01-01,3.0,twice", "already has a value"),
            ("TEST-CB,2026-07-01,,no value", "is empty"),
            ("TEST-CB,2026-07-01,300,too much", "between -10 and 100"),
            ("NOWHERE,2026-07-01,1.0,unknown", "NOWHERE"),
        ):
            with self.subTest(row=row):
                _matched, messages = self._import(heading + row + "\n")
                self.assertIn(message, str(messages))
        self.assertEqual(series.rate_ids.mapped("rate"), [2.0])

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_model")
    def test_only_managers_import(self):
        self._create_series(code="TEST-CB")
        _matched, messages = self._import(
            "Reference Rate,From,Percent a Year,Source\nTEST-CB,2026-07-01,1.0,no\n",
            role="collector",
        )
        self.assertTrue(messages)
