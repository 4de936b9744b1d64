"""Restart checks of faults around Odoo; ``./dev chaos`` has many more, on a large ledger."""


def _mail_server_dies(world):
    """The mail server takes a mail and dies before it says so; later it is there again."""
    with world.scene() as scene:
        scene.sink.hangs_up_after = 3
        scene.step("finish")
        world.logged()  # the mail queue says that it met trouble: it did
        scene.sink.hangs_up_after = None
        scene.step("finish")
        return scene.judge(unknown=1)


CHECKS = {"mail server dies after it took a mail": _mail_server_dies}
