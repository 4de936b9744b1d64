"""What lateness must cost, worked out from the ledger's file and the published rates.

Written against the law and not with the module's engine, whose work it judges: interest is
added up day by day, from the day after the due date to the day of payment, each day at the
rate of its half-year, and rounded once at the end.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

ONE_DAY = timedelta(days=1)


class NoRate(Exception):
    """No value was published for a day."""


@dataclass(frozen=True, slots=True)
class Published:
    """Dated values, percent a year; ``half_yearly``: each serves its half-year only."""

    values: dict[date, Decimal]
    half_yearly: bool = True

    def on(self, day):
        """Return the value of a day.

        :raises NoRate: rather than taking the last one known
        """
        known = [start for start in self.values if start <= day]
        since = date(day.year, 7 if day.month > 6 else 1, 1)
        if not known or (self.half_yearly and max(known) < since):
            raise NoRate(str(day))
        return self.values[max(known)]


@dataclass
class Terms:
    """A rule as its record has it; ``agreed`` percent a year, or ``published`` + ``margin``."""

    agreed: Decimal = Decimal(0)
    published: Published | None = None
    margin: Decimal = Decimal(0)
    floating: bool = True
    up_to_half: bool = False
    floor: Published | None = None
    floor_factor: Decimal = Decimal(3)
    day_count: str = "act_365"
    _rates: dict[date, Decimal] = field(default_factory=dict)

    def interest(self, cents, due, last, payments=()):
        """Return the hundredths that an amount bears from its due date to ``last``.

        :param payments: ``(day, hundredths)``; the day of a payment still bears interest
        """
        weight, day = Decimal(0), due + ONE_DAY
        while day <= last:
            balance = cents - sum(paid for paid_on, paid in payments if paid_on < day)
            reference = day if self.floating else due + ONE_DAY
            weight += balance * self._rate(reference) * self._length(day)
            day += ONE_DAY
        basis = 365 if self.day_count == "act_365" else 360
        return int((weight / (100 * basis)).quantize(Decimal(1), ROUND_HALF_UP))

    def _length(self, day):
        """Return how many days a day counts for."""
        if self.day_count != "thirty_360":
            return 1
        before = day - ONE_DAY
        months = 12 * (day.year - before.year) + day.month - before.month
        return 30 * months + min(day.day, 30) - min(before.day, 30)

    def _rate(self, day):
        if day not in self._rates:
            self._rates[day] = self._find_rate(day)
        return self._rates[day]

    def _find_rate(self, day):
        rate = self.published.on(day) + self.margin if self.published else self.agreed
        if self.up_to_half:
            rate = (rate * 2).to_integral_value(ROUND_CEILING) / 2
        if self.floor:
            rate = max(rate, self.floor.on(day) * self.floor_factor)
        return max(rate, Decimal(0))


class KnownPayments:
    """What the books know of payments on a day: those allocated, and money nobody has
    allocated yet, which counts for the customer's oldest invoices meanwhile."""

    def __init__(self, ledger):
        self.ledger = ledger
        self._allocated = {
            invoice.number: day
            for day, payments in ledger.allocated_on.items()
            for payment in payments
            for invoice in payment.invoices
        }
        self._late = defaultdict(list)
        for payments in ledger.paid_on.values():
            for payment in payments:
                if payment.allocated > payment.paid:
                    self._late[payment.customer, payment.currency].append(payment)

    def is_allocated(self, invoice, day):
        """Tell whether the payment of an invoice was set against it by a day."""
        allocated = self._allocated.get(invoice.number)
        return bool(allocated and allocated <= day)

    def pending(self, invoice, day):
        """Return the customer's payments that wait for their allocation on a day."""
        payments = self._late[invoice.customer, invoice.currency]
        return [payment for payment in payments if payment.paid <= day < payment.allocated]

    def payments(self, invoice, day):
        """Return ``(day, hundredths)`` of what counts as paid on an invoice."""
        if self.is_allocated(invoice, day):
            return [(invoice.paid, invoice.cents)]
        credits = [[payment.paid, payment.cents] for payment in self.pending(invoice, day)]
        return self._pour(credits, invoice, day) if credits else []

    def _pour(self, credits, invoice, day):
        credits.sort()
        owed = [
            other
            for other in self.ledger.of_customer[invoice.customer, invoice.currency]
            if other.posted <= day and not self.is_allocated(other, day)
        ]
        # Of the same due date, the one booked first.
        for other in sorted(owed, key=lambda other: (other.due, other.posted)):
            shares, left = [], other.cents
            for credit in credits:
                share = min(left, credit[1])
                credit[1] -= share
                left -= share
                if share:
                    shares.append((credit[0], share))
            if other is invoice:
                return shares
        return []
