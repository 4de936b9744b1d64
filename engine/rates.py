"""Interest rates in time: a series of dated values, and what a rule makes of them."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from .daycount import half_year_start


class MissingRate(Exception):
    """A series has no value for a day.

    ``series`` is its name, ``day`` the first day without value: the start of the
    half-year where values are set for half-years.
    """

    def __init__(self, series, day):
        super().__init__(f"{series}: no rate for {day}")
        self.series = series
        self.day = day


@dataclass(frozen=True, slots=True)
class Series:
    """Reference rates: ``values`` are ``(first day, percent a year)`` in any order.

    ``half_yearly``: a value serves its half-year only, as directive 2011/7/EU
    art. 3(3) has it, so that a value nobody has entered is noticed. Otherwise it
    serves until the next one.
    """

    name: str
    values: tuple[tuple[date, float], ...]
    half_yearly: bool = True

    def on(self, day):
        """Percent a year in force on ``day``.

        :raises MissingRate: naming series and date
        """
        known = [value for value in self.values if value[0] <= day]
        if known:
            start, rate = max(known)
            if not self.half_yearly or start >= half_year_start(day):
                return Decimal(str(rate))
        raise MissingRate(self.name, half_year_start(day) if self.half_yearly else day)

    def changes(self, first, last):
        """The days after ``first``, up to ``last``, on which a value starts or ends."""
        days = {start for start, _rate in self.values}
        if self.half_yearly:
            years = range(first.year, last.year + 1)
            days.update(date(year, month, 1) for year in years for month in (1, 7))
        return {day for day in days if first < day <= last}


@dataclass(frozen=True, slots=True)
class RateRule:
    """Which rate an item bears, percent a year.

    ``series`` + ``margin`` points, or ``percent`` agreed in a contract.
    ``floating``: each half-year bears its own rate (EU, DE, IT, RO); else the rate
    of the first day stays (UK, SI 2002/1675 art. 4). ``round_up_to_half``: up to the
    next half point (rates published in Belgium). ``floor`` times
    ``floor_factor`` is the least an agreed rate may be (FR, C. com. L. 441-10:
    three times the legal rate).
    """

    percent: float = 0.0
    series: Series | None = None
    margin: float = 0.0
    floating: bool = True
    round_up_to_half: bool = False
    floor: Series | None = None
    floor_factor: float = 3.0

    def on(self, day, start):
        """Percent a year for ``day`` of interest that began on ``start``.

        :raises MissingRate: naming series and date
        """
        if not self.floating:
            day = start
        if self.series:
            rate = self.series.on(day) + Decimal(str(self.margin))
        else:
            rate = Decimal(str(self.percent))
        if self.round_up_to_half:
            rate = (rate * 2).to_integral_value(ROUND_CEILING) / 2
        if self.floor:
            rate = max(rate, self.floor.on(day) * Decimal(str(self.floor_factor)))
        return max(rate, Decimal(0))

    def changes(self, first, last):
        """The days after ``first``, up to ``last``, on which the rate may change."""
        if not self.floating:
            return set()
        sources = filter(None, (self.series, self.floor))
        return set().union(*(series.changes(first, last) for series in sources))
