"""Another process, within the one transaction of a test."""

from contextlib import contextmanager

from .common import CollectionsCommon


class ProcessCommon(CollectionsCommon):
    """What another process does, and what is left when it is stopped."""

    @contextmanager
    def _process(self):
        """The environment of a process: what it has not committed when it is stopped is lost.

        A context with the scheduled action has our own work commit as it does there.
        """
        cron = self.env.ref("account_collections.ir_cron_advance")
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            yield self.env(cr=cr, context={**self.env.context, "cron_id": cron.id})
