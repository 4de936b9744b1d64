"""A fee rule in the customer's words, for the annex of a letter."""

from odoo import models
from odoo.tools import format_amount, formatLang

from ..engine import daycount, fixed_amounts, interest, wording
from .pairs import joined, pair


class CollectionFeeRule(models.Model):
    """Every method speaks the language of the context."""

    _inherit = "collection.fee.rule"

    def _letter_texts(self):
        """What the annex prints of this rule; kept with an issued notice, as the rule
        may change later.

        :return: dict of texts, "" where there is nothing to say
        """
        self.ensure_one()
        return {
            "rate": self._letter_rate(),
            "calculation": self._letter_calculation(),
            "compensation": self._letter_fixed(("item", "invoice")),
            "fee": self._letter_fixed(("level", "notice")),
            "notice_fee": self._letter_notice_fee(),
            "legal_basis": self.legal_basis or "",
        }

    def _letter_rate(self):
        """The rate: the reference rate and its margin, or what was agreed."""
        if self.interest_kind == "none":
            return ""
        is_statutory = self.interest_kind == "statutory"
        parts = [self._letter_reference_rate() if is_statutory else self._letter_agreed_rate()]
        if self.floor_series_id:
            parts.append(
                self.env._(
                    "at least %(factor)s times: %(series)s",
                    factor=self._say_rate(self.floor_factor),
                    series=wording.within_sentence(self.floor_series_id.name, self.env.lang),
                )
            )
        if is_statutory or self.floor_series_id:
            parts.append(self._letter_rate_mode())
        if self.round_up_half:
            parts.append(self.env._("rounded up to the half point"))
        if self.cap_percent:
            parts.append(
                self.env._(
                    "in all at most %(percent)s %% of the amount",
                    percent=self._say_rate(self.cap_percent),
                )
            )
        return ", ".join(filter(None, parts))

    def _letter_reference_rate(self):
        series = self.series_id.name
        points = self._say_rate(abs(self.margin))
        if self.margin > 0:
            return self.env._("%(series)s + %(points)s points", series=series, points=points)
        if self.margin < 0:
            return self.env._("%(series)s − %(points)s points", series=series, points=points)
        return series

    def _letter_agreed_rate(self):
        if not self.rate:
            return ""
        rate = self._say_rate(self.rate)
        if self.rate_period == "month":
            return self.env._("agreed rate of %(rate)s %% a month", rate=rate)
        if self.rate_period == "day":
            return self.env._("agreed rate of %(rate)s %% a day", rate=rate)
        return self.env._("agreed rate of %(rate)s %% a year", rate=rate)

    def _letter_rate_mode(self):
        if self.rate_mode == "fixed_at_start":
            return self.env._("the rate of the first day stays")
        series = self.series_id or self.floor_series_id
        if series.validity == "half_year":
            return self.env._("each half-year at its own rate")
        return self.env._("each day at the rate in force")

    def _letter_calculation(self):
        if self.interest_kind == "none":
            return ""
        return joined(
            self.env,
            (
                self._letter_formula(),
                self._letter_compounding(),
                self._letter_start(),
                "" if self.base_includes_tax else self.env._("on the amount without tax"),
                self._letter_rounding(),
            ),
        )

    def _letter_formula(self):
        if self.day_count == daycount.ACT_365:
            return self.env._("balance × rate × days / 365")
        if self.day_count == daycount.ACT_360:
            return self.env._("balance × rate × days / 360")
        return self.env._("balance × rate × days / 360, months of 30 days")

    def _letter_compounding(self):
        if self.compounding == interest.MONTHLY:
            return self.env._("interest is added to the balance each month")
        if self.compounding == interest.YEARLY:
            return self.env._("interest is added to the balance each year")
        return self.env._("simple interest")

    def _letter_rounding(self):
        """Why two equal periods may differ by a cent."""
        if self.rounding == interest.DAILY:
            return self.env._("the interest of a day is rounded")
        return self.env._("rounded on the sum") if self.rounding == interest.END else ""

    def _letter_start(self):
        if self.interest_from == "notice":
            return self.env._("from the day after the first reminder, the day of payment included")
        return self.env._("from the day after the due date, the day of payment included")

    def _letter_fixed(self, scopes):
        """The fixed amount, where it is charged by one of these scopes."""
        if self.fixed_scope not in scopes:
            return ""
        if self.tier_ids:
            text = pair(self.env, self._letter_scope(), self._letter_scale())
        else:
            amount = self._letter_sum(
                self.fixed_amount, self.fixed_percent, fixed_amounts.PRINCIPAL
            )
            text = f"{amount} {self._letter_scope()}" if amount else ""
        if not text:
            return ""
        if self.fixed_min:
            least = self.env._("at least %(amount)s", amount=self._say(self.fixed_min))
            text = f"{text}, {least}"
        if self.fixed_max:
            most = self.env._("at most %(amount)s", amount=self._say(self.fixed_max))
            text = f"{text}, {most}"
        return text

    def _letter_scope(self):
        return {
            "item": self.env._("per invoice or instalment"),
            "invoice": self.env._("per invoice"),
            "level": self.env._("per invoice and reminder"),
            "notice": self.env._("per reminder"),
        }[self.fixed_scope]

    def _letter_scale(self):
        """The steps, from the lowest: “40.00 £; from 1,000.00 £: 70.00 £”."""
        steps = []
        for tier in self.tier_ids.sorted("amount_from"):
            # The excess over nothing is all of it.
            percent_of = self.tier_percent_of if tier.amount_from else fixed_amounts.PRINCIPAL
            amount = self._letter_sum(tier.amount, tier.percent, percent_of)
            edge = self._say(tier.amount_from)
            if not tier.amount_from:
                steps.append(amount)
            elif self.tier_edge == fixed_amounts.FROM:
                steps.append(self.env._("from %(edge)s: %(amount)s", edge=edge, amount=amount))
            else:
                steps.append(self.env._("above %(edge)s: %(amount)s", edge=edge, amount=amount))
        return joined(self.env, steps)

    def _letter_sum(self, amount, percent, percent_of):
        """An amount, a percent, or both."""
        parts = [self._say(amount)] if amount else []
        if percent:
            rate = self._say_rate(percent)
            parts.append(
                self.env._("%(rate)s %% of the excess", rate=rate)
                if percent_of == fixed_amounts.EXCESS
                else self.env._("%(rate)s %% of the amount owed", rate=rate)
            )
        return " + ".join(parts)

    def _letter_notice_fee(self):
        if not self.notice_fee:
            return ""
        per_reminder = self.env._("per reminder")
        return f"{self._say(self.notice_fee)} {per_reminder}"

    def _say(self, amount):
        return format_amount(self.env, amount, self.currency_id, self.env.lang)

    def _say_rate(self, number):
        """A number as short as it is exact: 10, 12.5, 11.4375."""
        digits = next(
            (places for places in range(4) if abs(round(number, places) - number) < 0.00001), 4
        )
        return formatLang(self.env, number, digits=digits)
